import assert from "node:assert/strict";
import { fillTurns } from "./fill_turns.ts";

const { signal } = new AbortController();
/** Longer than any test. */
const waitMs = 600_000;

Deno.test("who asks first fills first, the others in their order", async () => {
  const turns = fillTurns();
  const [first, second, third] = [turns.ask(), turns.ask(), turns.ask()];
  const order: string[] = [];
  const waiting = Object.entries({ third, second }).map(async ([name, turn]) => {
    assert.equal(await turn.hasCome({ waitMs, signal }), true);
    order.push(name);
    turn.leave();
  });
  assert.equal(await first.hasCome({ waitMs, signal }), true);
  assert.deepEqual(order, []);
  first.leave();
  await Promise.all(waiting);
  assert.deepEqual(order, ["second", "third"]);
});

Deno.test("a place is kept by who has waited for long enough, and lost by who leaves", async () => {
  const turns = fillTurns();
  const [first, second, third] = [turns.ask(), turns.ask(), turns.ask()];
  assert.equal(await second.hasCome({ waitMs: 1, signal }), false);
  const given = AbortSignal.abort();
  assert.equal(await second.hasCome({ waitMs, signal: given }), false);
  second.leave();
  second.leave();
  first.leave();
  assert.equal(await third.hasCome({ waitMs, signal }), true);
  assert.equal(await second.hasCome({ waitMs: 1, signal }), false);
});
