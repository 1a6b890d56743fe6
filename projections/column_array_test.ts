import assert from "node:assert/strict";
import { columnArray } from "./column_array.ts";

function array(isJson: boolean, ...values: readonly unknown[]): Promise<string> {
  return columnArray(values.map((value) => ({ value })), { property: "value", isJson });
}

Deno.test("values are written as PostgreSQL reads elements of an array", async () => {
  assert.equal(await array(false, "a", "", "NULL", null), '{"a","","NULL",NULL}');
  assert.equal(await array(false, 'a "b" \\ {c},\n'), '{"a \\"b\\" \\\\ {c},\n"}');
  assert.equal(await array(false, 1, -5, -0, 1e300, null), "{1,-5,0,1e+300,NULL}");
  assert.equal(await array(false, true, false), "{true,false}");
  assert.equal(
    await array(true, { a: ['"'] }, "text", 1, null),
    '{"{\\"a\\":[\\"\\\\\\"\\"]}","\\"text\\"","1",NULL}',
  );
});
