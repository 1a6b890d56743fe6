import assert from "node:assert/strict";
import { readDemoOptions } from "./demo_options.ts";

const usual = { json: false, help: false, orders: 40, split: false, seed: undefined };

Deno.test("the demo's options have defaults", () => {
  assert.deepEqual(readDemoOptions([]), usual);
  assert.deepEqual(readDemoOptions(["--split", "--orders", "80"]), {
    ...usual,
    split: true,
    orders: 80,
  });
});

Deno.test("kills follow a seed, which is another one for each run unless it is given", () => {
  const given = readDemoOptions(["--split", "--kill-each", "--seed", "7"]);
  assert.deepEqual(given, { ...usual, split: true, seed: 7 });
  const chosen = readDemoOptions(["--split", "--kill-each"]);
  assert.ok(typeof chosen === "object" && Number.isInteger(chosen.seed));
});

Deno.test("options that do not fit are answered with a sentence", () => {
  assert.match(String(readDemoOptions(["--kill-each"])), /^Cannot kill each process/);
  assert.match(String(readDemoOptions(["--seed", "x"])), /^Cannot use seed "x"/);
  assert.match(String(readDemoOptions(["--orders", "0"])), /^Cannot place "0" orders/);
  assert.match(String(readDemoOptions(["--fast"])), /--orders/);
});
