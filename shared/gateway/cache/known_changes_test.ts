import fc from "fast-check";
import assert from "node:assert/strict";
import { knownChanges, type Made } from "./known_changes.ts";

const ofA = { views: ["orders"], key: "a" };
const ofAny = { views: ["orders"], key: undefined };

function made(position: number, heard = -1): Made {
  return { log: "log", position, heard };
}

function begun(position = 10) {
  const changes = knownChanges();
  changes.begin("log");
  changes.hear({ view: "orders", position, isRewrite: true });
  return changes;
}

Deno.test("nothing is fresh while nobody tells of changes, of another log, or of a view that is not known", () => {
  const changes = knownChanges();
  assert.equal(changes.isFresh(made(99), ofA), false);
  changes.begin("log");
  assert.equal(changes.isFresh(made(99), ofA), false);
  changes.hear({ view: "orders", position: 10, keys: ["a"], isRewrite: false });
  assert.equal(changes.isFresh(made(99), ofA), false);
  changes.hear({ view: "orders", position: 10, isRewrite: true });
  assert.equal(changes.isFresh(made(99), ofA), true);
  assert.equal(changes.isFresh({ ...made(99), log: "other" }, ofA), false);
  assert.equal(changes.isFresh(made(99), { views: ["orders", "sales"], key: "a" }), false);
  changes.forget();
  assert.equal(changes.isFresh(made(99), ofA), false);
});

Deno.test("a row's change concerns answers made before it, of that row or of any", () => {
  const changes = begun();
  changes.hear({ view: "orders", position: 20, keys: ["a"], isRewrite: false });
  assert.equal(changes.isFresh(made(19), ofA), false);
  assert.equal(changes.isFresh(made(20), ofA), true);
  assert.equal(changes.isFresh(made(19), { ...ofA, key: "b" }), true);
  assert.equal(changes.isFresh(made(19), ofAny), false);
  assert.equal(changes.isFresh(made(20), ofAny), true);
  changes.hear({ view: "sales", position: 30, isRewrite: false });
  assert.equal(changes.isFresh(made(20), ofA), true);
});

Deno.test("a change that is heard late does not make an answer stale that has it already", () => {
  const changes = begun();
  const answer = made(20, changes.heard);
  changes.hear({ view: "orders", position: 20, keys: ["a"], isRewrite: false });
  assert.equal(changes.isFresh(answer, ofA), true);
});

Deno.test("where rows were written anew at a position, an answer of it counts that was asked for afterwards", () => {
  const changes = begun(10);
  assert.equal(changes.isFresh(made(10), ofA), false);
  assert.equal(changes.isFresh(made(11), ofA), true);
  assert.equal(changes.isFresh(made(10, changes.heard), ofA), true);
  const before = changes.heard;
  changes.hear({ view: "orders", position: 10, isRewrite: true });
  assert.equal(changes.isFresh(made(10, before), ofA), false);
  assert.equal(changes.isFresh(made(10, changes.heard), ofA), true);
});

Deno.test("of very many rows what was heard long ago counts for all", () => {
  const changes = begun();
  for (let row = 0; row < 10_001; row++) {
    changes.hear({ view: "orders", position: 100 + row, keys: [String(row)], isRewrite: false });
  }
  assert.equal(changes.isFresh(made(99), { ...ofA, key: "unheard" }), false);
  assert.equal(changes.isFresh(made(100), { ...ofA, key: "unheard" }), true);
  assert.equal(changes.isFresh(made(100), { ...ofA, key: "1" }), false);
});

/** A row is what its last change made of it; an answer is fresh only if that is what it shows. */
Deno.test("whatever changes in whichever order it is heard, an answer that is fresh shows what there is", () => {
  const step = fc.record({
    key: fc.constantFrom("a", "b"),
    /** How many of the changes so far are heard. */
    heard: fc.nat(10),
    isWhole: fc.boolean(),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    const changes = begun(0);
    const rows = new Map<string, number>();
    const unheard: { position: number; keys: string[] | undefined }[] = [];
    const answers: { key: string; shows: number | undefined; made: Made }[] = [];
    for (const [index, { key, heard, isWhole }] of steps.entries()) {
      const position = index + 1;
      rows.set(key, position);
      unheard.push({ position, keys: isWhole ? undefined : [key] });
      const shows = rows.get("a");
      answers.push({ key: "a", shows, made: made(position, changes.heard) });
      for (const change of unheard.splice(0, heard)) {
        changes.hear({ view: "orders", ...change, isRewrite: false });
      }
      if (unheard.length > 0) continue;
      for (const { made, shows } of answers) {
        if (changes.isFresh(made, ofA)) assert.equal(shows, rows.get("a"));
      }
      // And the newest is
      assert.ok(changes.isFresh(answers.at(-1)!.made, ofA));
    }
  }));
});
