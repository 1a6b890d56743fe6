import assert from "node:assert/strict";
import { changed, stepsOf } from "./guide.ts";

const guide = `Words.

\`\`\`sh
deno task one
deno task two
\`\`\`

\`\`\`
curl nobody runs this
\`\`\`

\`\`\`diff a/b.ts
 one
-two
+zwei
…
+vier
 five
\`\`\`
`;

Deno.test("a guide's steps are its commands and its changes, in order", () => {
  assert.deepEqual(stepsOf(guide), [
    { kind: "run", line: "deno task one" },
    { kind: "run", line: "deno task two" },
    {
      kind: "change",
      file: "a/b.ts",
      hunks: [
        { before: ["one", "two"], after: ["one", "zwei"] },
        { before: ["five"], after: ["vier", "five"] },
      ],
    },
  ]);
  assert.throws(() => stepsOf("```ts\ncode\n```\n"), /Cannot follow a block of "ts /);
});

Deno.test("a change is made where its lines stand, once", () => {
  const hunk = { before: ["b", "c"], after: ["b", "d"] };
  assert.equal(changed("a\nb\nc\n", [hunk]), "a\nb\nd\n");
  assert.throws(() => changed("a\nb\n", [hunk]), /stands there 0 times:\nb\nc/);
  assert.throws(() => changed("b\nc\nb\nc", [hunk]), /stands there 2 times/);
});
