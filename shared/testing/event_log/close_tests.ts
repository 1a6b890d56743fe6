import assert from "node:assert/strict";
import { Unavailable } from "@headwater/core";
import { allOf, type EventLogTests, newEvents } from "./test_case.ts";
import { within } from "../within.ts";

export const closeTests: EventLogTests = {
  async "closing answers the appends that were sent before"({ log, stream }) {
    const appends = Array.from(
      { length: 20 },
      () => log.append(stream(), newEvents(1), { expected: "no-stream" }),
    );
    await log[Symbol.asyncDispose]();
    assert.equal((await Promise.all(appends)).length, 20);
  },

  async "closing ends subscriptions quietly"({ log, category }) {
    const { signal } = new AbortController();
    const followed = Promise.withResolvers<void>();
    async function follow(): Promise<string> {
      for await (const { caughtUp } of log.subscribe({ categories: [category], signal })) {
        if (caughtUp) followed.resolve();
      }
      return "ended";
    }
    const following = follow();
    await within("the subscription to catch up", followed.promise);
    await log[Symbol.asyncDispose]();
    assert.equal(await within("the subscription to end", following), "ended");
  },

  async "a closed log refuses every call, and may be closed again"({ log, stream }) {
    await log[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
    await assert.rejects(
      log.append(stream(), newEvents(1), { expected: "no-stream" }),
      Unavailable,
    );
    await assert.rejects(allOf(log.read(stream())), Unavailable);
    await assert.rejects(allOf(log.readAll()), Unavailable);
    await assert.rejects(log.head(), Unavailable);
    const { signal } = new AbortController();
    const batches = log.subscribe({ signal })[Symbol.asyncIterator]();
    await assert.rejects(batches.next(), Unavailable);
  },
};
