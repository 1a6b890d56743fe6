import { machine, silentLog } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import assert from "node:assert/strict";
import { knownStates } from "./known_states.ts";
import { untouched } from "./side_of.ts";

Deno.test("an answer whose end comes after that to a later question does not undo what that one has said", async () => {
  const held = Promise.withResolvers<void>();
  const percents = [10, 20];
  const states = knownStates({
    client: {
      call() {
        const percent = percents.shift();
        const text = JSON.stringify([{ ...untouched, route: "things", mode: "canary", percent }]);
        const body = new ReadableStream<Uint8Array>({
          async pull(stream) {
            if (percent === 10) await held.promise;
            stream.enqueue(new TextEncoder().encode(text));
            stream.close();
          },
        });
        return Promise.resolve(new Response(body, { headers: { ETag: `"${percent}"` } }));
      },
    },
    store: machine.memoryStore(),
    names: () => [],
    clock: manualClock(),
    logger: silentLog,
  });
  const first = states.refresh();
  await states.refresh(7);
  assert.equal((await states.of("things")).percent, 20);
  held.resolve();
  await first;
  assert.equal((await states.of("things")).percent, 20);
});
