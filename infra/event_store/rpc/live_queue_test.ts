import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import type { GrpcCall } from "../grpc/grpc_call.ts";
import { LiveQueue } from "./live_queue.ts";

/** A call whose client takes so many writes, then more once `drain` is called. */
function slowCall(room: number) {
  let left = room;
  let waiting = Promise.withResolvers<void>();
  const controller = new AbortController();
  const call = {
    signal: controller.signal,
    write: () => --left > 0,
    drained: () => left > 0 ? Promise.resolve() : waiting.promise,
  } as Partial<GrpcCall> as GrpcCall;
  return {
    call,
    abort: (reason: Error) => controller.abort(reason),
    drain(more: number) {
      left = more;
      waiting.resolve();
      waiting = Promise.withResolvers();
    },
  };
}

function queueOf(call: GrpcCall) {
  const sent: number[] = [];
  const queue = new LiveQueue<number>(call, (item) => {
    sent.push(item);
    return call.write(new Uint8Array(0));
  });
  return { queue, sent };
}

Deno.test("what comes while the log is read was missed, and is not kept", () => {
  const { queue, sent } = queueOf(slowCall(10).call);
  queue.add(1);
  assert.equal(queue.missed, true);
  queue.forget();
  assert.equal(queue.missed, false);
  assert.deepEqual(sent, []);
});

Deno.test("a client that is slow for a moment gets everything, in order", async () => {
  const slow = slowCall(2);
  const { queue, sent } = queueOf(slow.call);
  const ended = assert.rejects(queue.run(), /gone/);
  for (let item = 0; item < 20; item++) queue.add(item);
  assert.deepEqual(sent, [0, 1]);
  slow.drain(100);
  await eventually("all of them", () => sent.length >= 20);
  assert.deepEqual(sent, [...Array(20).keys()]);
  slow.abort(new Error("gone"));
  await ended;
});

Deno.test("a client that stays slow falls behind: nothing more is kept for it until it takes more", async () => {
  const slow = slowCall(1);
  const { queue, sent } = queueOf(slow.call);
  let isBehind = false;
  const running = queue.run().then(() => isBehind = true);
  for (let item = 0; item < 1_000; item++) queue.add(item);
  await Promise.resolve();
  assert.equal(isBehind, false);
  slow.drain(100);
  await running;
  assert.deepEqual(sent, [0]);
  assert.equal(queue.missed, true);
});

Deno.test("what goes wrong in sending ends the subscription, not the writer", async () => {
  const { call } = slowCall(10);
  const queue = new LiveQueue<number>(call, () => {
    throw new Error("Cannot encode");
  });
  const ended = assert.rejects(queue.run(), /Cannot encode/);
  queue.add(1);
  await ended;
});
