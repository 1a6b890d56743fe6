import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { locateJsonFault } from "./json_fault.ts";

const faults: [text: string, line: number, column: number][] = [
  ["", 1, 1],
  ["{", 1, 2],
  ["abc", 1, 1],
  ['{"a":}', 1, 6],
  ['{"a":1,}', 1, 8],
  ["[1 2]", 1, 4],
  ['{"a":"\\x"}', 1, 7],
  ['{"a":"open', 1, 11],
  ['{\n  "a": 01\n}', 2, 9],
  ["{a:1}", 1, 2],
  ["[1]]", 1, 4],
  ['["a\n"]', 1, 4],
  ['{"a"  :1', 1, 9],
];

for (const [text, line, column] of faults) {
  Deno.test(`${JSON.stringify(text)} stops being JSON at line ${line}, column ${column}`, () => {
    deepEqual(locateJsonFault(text), { line, column });
  });
}

Deno.test("what the engine parses has no fault, and what it does not parse has one", () => {
  const texts = fc.oneof(
    fc.json({ maxDepth: 4 }),
    fc.tuple(fc.json({ maxDepth: 4 }), fc.nat(), fc.string({ maxLength: 2 })).map((
      [json, place, junk],
    ) => {
      const at = place % (json.length + 1);
      return json.slice(0, at) + junk + json.slice(at + 1);
    }),
  );
  fc.assert(fc.property(texts, (text) => {
    let parses = true;
    try {
      JSON.parse(text);
    } catch {
      parses = false;
    }
    equal(locateJsonFault(text) === undefined, parses, text);
  }));
});

Deno.test("a long text is searched in one go", () => {
  const text = '"' + '\\"'.repeat(128 * 1024);
  deepEqual(locateJsonFault(text), { line: 1, column: text.length + 1 });
});
