import assert from "node:assert/strict";
import { copyLine } from "./copy_line.ts";

function copied(value: unknown, { isJson = false } = {}): string {
  return copyLine({ value }, { columns: [{ property: "value", isJson }], last: 7 });
}

Deno.test("values are written as PostgreSQL reads lines that are copied to it", () => {
  assert.equal(copied("a"), "a\t7\n");
  assert.equal(copied(""), "\t7\n");
  assert.equal(copied("\\N"), "\\\\N\t7\n");
  assert.equal(copied(null), "\\N\t7\n");
  assert.equal(copied('a "b"\\\n\r\t\\.'), 'a "b"\\\\\\n\\r\\t\\\\.\t7\n');
  assert.equal(copied(-0), "0\t7\n");
  assert.equal(copied(1e300), "1e+300\t7\n");
  assert.equal(copied(false), "false\t7\n");
});

Deno.test("… and so is JSON", () => {
  assert.equal(copied({ a: ['"\n'] }, { isJson: true }), '{"a":["\\\\"\\\\n"]}\t7\n');
  assert.equal(copied("text", { isJson: true }), '"text"\t7\n');
  assert.equal(copied(null, { isJson: true }), "\\N\t7\n");
});
