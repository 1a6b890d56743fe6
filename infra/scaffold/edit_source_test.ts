import assert from "node:assert/strict";
import { addImport, addListAfter, addToList, append } from "./edit_source.ts";

function add(text: string): string | undefined {
  return addToList(text, { list: "services", word: "newService" });
}

Deno.test("a word is added to the end of a list, however people have written it", () => {
  assert.equal(add("f({ services: [] })"), "f({ services: [newService] })");
  assert.equal(add("f({ services: [a, b] })"), "f({ services: [a, b, newService] })");
  assert.equal(add("f({ services: [a, b,] })"), "f({ services: [a, b, newService,] })");
  assert.equal(
    add("services: [\n  a,\n  b, // the last [of them]\n],"),
    "services: [\n  a,\n  b, // the last [of them]\nnewService,],",
  );
  assert.equal(
    add("// services: [x]\nservices: [...old /* , and */, a],"),
    "// services: [x]\nservices: [...old /* , and */, a, newService],",
  );
});

Deno.test("a list that is not there once, or that is more than names, is left to people", () => {
  for (
    const text of [
      "",
      "services,",
      "services: all",
      '"services: [a]"',
      "services: [a, ...[b]]",
      "services: [a] services: [b]",
      "moreservices: [a]",
    ]
  ) {
    assert.equal(add(text), undefined, text);
  }
});

Deno.test("a list that is not there yet comes after the first of those that are", () => {
  const options = { lists: ["views", "aggregates"], list: "sagas", word: "a" };
  assert.equal(
    addListAfter("aggregates: [x],\nviews: [y],\nroutes", options),
    "aggregates: [x],\nviews: [y],\nsagas: [a],\nroutes",
  );
  assert.equal(addListAfter("aggregates: [x] }", options), "aggregates: [x],\nsagas: [a] }");
  assert.equal(addListAfter("routes", options), undefined);
});

Deno.test("an import comes in its alphabetical place among those of its kind, else after all", () => {
  const source = `import { a } from "@headwater/a";
import {
  c, // import { x } from "@shop/z";
} from "@shop/c";
import { e } from "./e.ts";

/** import { x } from "@shop/x"; */
code();
`;
  function placeOf(from: string): string[] {
    return addImport(source, { word: "new", from }).split("\n").filter((line) =>
      /from "|new/.test(line)
    );
  }
  const [a, comment, c, e] = source.split("\n").filter((line) => /from "/.test(line));
  const more = ['/** import { x } from "@shop/x"; */'];
  assert.deepEqual(placeOf("@shop/b"), [
    a,
    'import { new } from "@shop/b";',
    comment,
    c,
    e,
    ...more,
  ]);
  assert.deepEqual(placeOf("@shop/d"), [
    a,
    comment,
    c,
    e,
    'import { new } from "@shop/d";',
    ...more,
  ]);
  assert.deepEqual(placeOf("./d.ts"), [a, comment, c, 'import { new } from "./d.ts";', e, ...more]);
  assert.equal(
    addImport("code();", { word: "a", from: "./a.ts" }),
    'import { a } from "./a.ts";\n\ncode();',
  );
});

Deno.test("a word is imported once, beside what is imported from there already", () => {
  function imported(text: string): string {
    return addImport(text, { word: "n", from: "./a.ts" });
  }
  assert.equal(imported('import { a } from "./a.ts";'), 'import { a, n } from "./a.ts";');
  assert.equal(imported('import { a, } from "./a.ts";'), 'import { a, n, } from "./a.ts";');
  assert.equal(
    imported('import {\n  a, // not }\n  type B, // of all\n} from "./a.ts";'),
    'import {\n  a, // not }\n  type B, n, // of all\n} from "./a.ts";',
  );
  for (const there of ['import { n } from "./a.ts";', 'import { a, n } from "./a.ts";']) {
    assert.equal(imported(there), there);
  }
  for (const other of ['import type { A } from "./a.ts";', 'import * as a from "./a.ts";']) {
    assert.equal(imported(other), `${other}\nimport { n } from "./a.ts";`);
  }
});

Deno.test("what is appended brings what it imports", () => {
  assert.equal(
    append(
      'import { a } from "./a.ts";\n\na();\n',
      'import { a, b } from "./a.ts";\nimport { c } from "./c.ts";\n\n/** Why. */\nb(c);\n',
    ),
    'import { a, b } from "./a.ts";\nimport { c } from "./c.ts";\n\na();\n\n/** Why. */\nb(c);\n',
  );
});
