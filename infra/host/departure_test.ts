import { deepEqual } from "node:assert/strict";
import { manualClock } from "@headwater/testing";
import { departure } from "./departure.ts";

Deno.test("a process that is asked to end goes on for a while, and then parts", async () => {
  const clock = manualClock();
  const asked = new AbortController();
  const { leaving, parting } = departure(asked.signal, { lameDuckMs: 5_000, clock });
  const seen = () => [leaving.aborted, parting.aborted];
  await clock.advance(60_000);
  deepEqual(seen(), [false, false]);
  asked.abort();
  await clock.advance(4_999);
  deepEqual(seen(), [true, false]);
  await clock.advance(1);
  deepEqual(seen(), [true, true]);
});

Deno.test("where nobody has to learn of it, it parts at once", () => {
  const asked = new AbortController();
  const { leaving, parting } = departure(asked.signal, { lameDuckMs: 0 });
  asked.abort();
  deepEqual([leaving.aborted, parting.aborted], [true, true]);
});
