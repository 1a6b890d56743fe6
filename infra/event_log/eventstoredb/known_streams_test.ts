import { deepEqual, equal } from "node:assert/strict";
import { KnownStreams } from "./known_streams.ts";

/** Streams as letters, each letter the id of an event. */
function knownStreams(streams: Record<string, string>) {
  const reads: string[] = [];
  const known = new KnownStreams({
    async *readBackwards(stream, { few }) {
      const events = [...streams[stream] ?? ""]
        .map((id, revision) => ({ id, revision, position: revision }));
      const size = few ? 2 : 4;
      while (events.length > 0) {
        const page = events.splice(-size).reverse();
        reads.push(page.map(({ id }) => id).join(""));
        yield page;
      }
    },
  });
  return { known, reads };
}

Deno.test("of a stream that is known only what is new is read", async () => {
  const streams = { s: "abcde" };
  const { known, reads } = knownStreams(streams);
  equal((await known.refresh("s")).last, 4);
  streams.s += "f";
  const history = await known.refresh("s");
  deepEqual(reads, ["edcb", "a", "fe"]);
  deepEqual(history.find(["a", "b", "c", "d", "e", "f"]), {
    revision: 5,
    position: 5,
    repeated: true,
  });
});

Deno.test("a stream that begins anew is read anew", async () => {
  const streams = { s: "abc" };
  const { known } = knownStreams(streams);
  await known.refresh("s");
  streams.s = "";
  equal((await known.refresh("s")).last, -1);
  streams.s = "xy";
  const history = await known.refresh("s");
  deepEqual([history.last, history.find(["a"])], [1, undefined]);
});

Deno.test("what is done to one stream takes turns, other streams do not wait", async () => {
  const { known } = knownStreams({});
  const order: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = known.inTurn("s", () => promise.then(() => order.push("first")));
  const second = known.inTurn("s", () => Promise.resolve(order.push("second")));
  await known.inTurn("t", () => Promise.resolve(order.push("other")));
  resolve();
  await Promise.all([first, second]);
  deepEqual(order, ["other", "first", "second"]);
});
