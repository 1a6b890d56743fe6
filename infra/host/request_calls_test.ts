import { time } from "@headwater/core";
import { calls, createResilientClient } from "@headwater/resilience";
import { manualClock } from "@headwater/testing";
import assert from "node:assert/strict";
import { requestCalls } from "./request_calls.ts";

Deno.test("nobody is refused because a target stands still for nearly as long as a call may take", async () => {
  const clock = manualClock();
  const client = createResilientClient({
    async call() {
      await time.pause(Math.max(0, 2_900 - clock.now()), { clock });
      return new Response("at last");
    },
  }, { clock, settingsOf: calls.settingsByTarget([{ all: requestCalls }]) });
  const statuses = Promise.all(Array.from({ length: 32 }, async () => {
    const answer = await client.call("inventory", new Request("http://inventory/items/TEA"));
    return answer.status;
  }));
  await clock.advance(2_900);
  await clock.advance(10);
  assert.deepEqual(new Set(await statuses), new Set([200]));
});

Deno.test("where all is slow, who is answered in time is answered: no circuit opens by that", async () => {
  const clock = manualClock();
  const client = createResilientClient({
    async call() {
      await time.pause(1_400, { clock });
      return new Response("late");
    },
  }, { clock, settingsOf: calls.settingsByTarget([{ all: requestCalls }]) });
  for (let round = 0; round < 7; round++) {
    const answers = Promise.all(
      Array.from(
        { length: 4 },
        () => client.call("inventory", new Request("http://inventory/items/TEA")),
      ),
    );
    await clock.advance(1_400);
    await answers;
  }
  assert.deepEqual(client.describe().map(({ breaker }) => breaker), ["closed"]);
});
