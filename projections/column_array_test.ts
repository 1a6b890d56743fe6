import assert from "node:assert/strict";
import { columnArray, fitsArrays } from "./column_array.ts";

function array(type: string, ...values: readonly unknown[]): Promise<string> {
  return columnArray(values.map((value) => ({ value })), { name: "value", type });
}

Deno.test("values are written as PostgreSQL reads elements of an array", async () => {
  assert.equal(await array("text", "a", "", "NULL", null), '{"a","","NULL",NULL}');
  assert.equal(await array("text", 'a "b" \\ {c},\n'), '{"a \\"b\\" \\\\ {c},\n"}');
  assert.equal(await array("bigint", 1, -5, NaN, undefined), '{"1","-5",NULL,NULL}');
  assert.equal(await array("boolean", true, false), '{"true","false"}');
  assert.equal(
    await array("timestamp with time zone", new Date(0), "2025-01-01T00:00:00Z"),
    '{"1970-01-01T00:00:00.000Z","2025-01-01T00:00:00Z"}',
  );
  assert.equal(
    await array("jsonb", { a: ['"'] }, "text", null),
    '{"{\\"a\\":[\\"\\\\\\"\\"]}","\\"text\\"",NULL}',
  );
});

Deno.test("a table that has a column of arrays does not fit", () => {
  assert.ok(fitsArrays([{ name: "a", type: "uuid" }]));
  assert.ok(!fitsArrays([{ name: "a", type: "uuid" }, { name: "b", type: "text[]" }]));
});
