import { equal } from "node:assert/strict";
import { FairTurn } from "./fair_turn.ts";

/** True when it passes before the event loop turns. */
async function passesAtOnce(turn: FairTurn): Promise<boolean> {
  let hasPassed = false;
  const passing = turn.pass().then(() => hasPassed = true);
  for (let step = 0; step < 10; step++) await Promise.resolve();
  const atOnce = hasPassed;
  await passing;
  return atOnce;
}

function loopTurned(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

Deno.test("reads that follow each other without a pause give way after 8 ms", async () => {
  let now = 1_000;
  const turn = new FairTurn(() => now);
  equal(await passesAtOnce(turn), true);
  now += 8;
  equal(await passesAtOnce(turn), true);
  now += 1;
  equal(await passesAtOnce(turn), false, "it had its time");
  equal(await passesAtOnce(turn), true, "the loop has turned meanwhile");
});

Deno.test("who comes after the event loop has turned passes at once, however long ago the last one came", async () => {
  let now = 1_000;
  const turn = new FairTurn(() => now);
  equal(await passesAtOnce(turn), true);
  await loopTurned();
  now += 20;
  equal(await passesAtOnce(turn), true);
});
