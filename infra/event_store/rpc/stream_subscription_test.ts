import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import {
  type AllStreamSubscription,
  END,
  eventTypeFilter,
  START,
  streamNameFilter,
  type StreamSubscription,
} from "@eventstore/db-client";
import { eventStoreTest, newEvents } from "../testing/event_store_test_bed.ts";

/** What a subscription says, in order: "confirmation", "caughtUp", "12@order-1", "checkpoint 12", "error stream-deleted". */
class Heard {
  readonly said: string[] = [];
  #changed = Promise.withResolvers<void>();

  constructor(readonly subscription: StreamSubscription | AllStreamSubscription) {
    const source = subscription as StreamSubscription;
    for (const name of ["confirmation", "caughtUp"] as const) {
      source.on(name, () => this.#say(name));
    }
    source.on("data", ({ event, link }) => {
      const { revision, streamId } = (link ?? event)!;
      this.#say(
        `${revision}@${streamId}${link && event ? ` → ${event.revision}@${event.streamId}` : ""}`,
      );
    });
    source.on("error", (error) => this.#say(`error ${(error as { type?: string }).type}`));
  }

  static async stop(...heard: readonly Heard[]): Promise<void> {
    for (const { subscription } of heard) await subscription.unsubscribe();
  }

  /** Resolves when so much was said. */
  async until(count: number): Promise<readonly string[]> {
    const what = () => `${count} to be said: ${this.said.length} were`;
    while (this.said.length < count) await within(what, this.#changed.promise);
    return this.said;
  }

  add(text: string): void {
    this.#say(text);
  }

  #say(text: string): void {
    this.said.push(text);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

function places(stream: string, [from, end]: readonly [number, number]): string[] {
  return Array.from({ length: end - from }, (_, index) => `${from + index}@${stream}`);
}

eventStoreTest(
  "a subscription confirms, gives what is there, has caught up, and gives what comes",
  async ({ client }) => {
    await client.appendToStream("a-1", newEvents(3));
    const fromStart = new Heard(client.subscribeToStream("a-1", { fromRevision: START }));
    const after = new Heard(client.subscribeToStream("a-1", { fromRevision: 1n }));
    const fromEnd = new Heard(client.subscribeToStream("a-1", { fromRevision: END }));
    await Promise.all([fromStart.until(5), after.until(3), fromEnd.until(2)]);
    await client.appendToStream("b-1", newEvents(1));
    await client.appendToStream("a-1", newEvents(2));
    const live = places("a-1", [3, 5]);
    assert.deepEqual(await fromStart.until(7), [
      "confirmation",
      ...places("a-1", [0, 3]),
      "caughtUp",
      ...live,
    ]);
    assert.deepEqual(await after.until(5), ["confirmation", "2@a-1", "caughtUp", ...live]);
    assert.deepEqual(await fromEnd.until(4), ["confirmation", "caughtUp", ...live]);
    await Heard.stop(fromStart, after, fromEnd);
  },
);

eventStoreTest("a subscription to a stream that is not there waits for it", async ({ client }) => {
  const heard = new Heard(client.subscribeToStream("a-1"));
  await heard.until(2);
  await client.appendToStream("a-1", newEvents(2));
  await client.deleteStream("a-1");
  await client.appendToStream("a-1", newEvents(1));
  assert.deepEqual(await heard.until(5), ["confirmation", "caughtUp", ...places("a-1", [0, 3])]);
  await Heard.stop(heard);
});

eventStoreTest("a tombstone is told, and ends the subscription", async ({ client }) => {
  await client.appendToStream("a-1", newEvents(1));
  const heard = new Heard(client.subscribeToStream("a-1"));
  await heard.until(3);
  await client.tombstoneStream("a-1");
  assert.deepEqual((await heard.until(5)).slice(3), [
    `${2n ** 63n - 1n}@a-1`,
    "error stream-deleted",
  ]);
  const late = new Heard(client.subscribeToStream("a-1"));
  assert.equal((await late.until(1)).at(-1), "error stream-deleted");
});

eventStoreTest("nothing is missed or given twice while others write", async ({ client }) => {
  const writing = Promise.all(Array.from({ length: 20 }, async () => {
    for (let round = 0; round < 20; round++) await client.appendToStream("a-1", newEvents(3));
  }));
  const heard = Array.from(
    { length: 5 },
    () => new Heard(client.subscribeToStream("a-1", { fromRevision: START })),
  );
  const all = new Heard(client.subscribeToAll({ fromPosition: START }));
  await writing;
  for (const one of [...heard, all]) {
    const isEvent = (text: string) => text.endsWith("@a-1");
    while (one.said.filter(isEvent).length < 1_200) await one.until(one.said.length + 1);
    assert.deepEqual(one.said.filter(isEvent), places("a-1", [0, 1200]));
    assert.equal(one.said[0], "confirmation");
  }
  await Heard.stop(...heard, all);
});

eventStoreTest(
  "a subscription to all begins after the position it is given",
  async ({ client }) => {
    const { position } = await client.appendToStream("a-1", newEvents(2));
    await client.appendToStream("b-1", newEvents(1));
    const fromStart = new Heard(client.subscribeToAll({ fromPosition: START }));
    const after = new Heard(client.subscribeToAll({ fromPosition: position! }));
    const fromEnd = new Heard(client.subscribeToAll({ fromPosition: END }));
    await Promise.all([fromStart.until(6), after.until(3), fromEnd.until(2)]);
    await client.appendToStream("c-1", newEvents(1));
    assert.deepEqual(await fromStart.until(7), [
      "confirmation",
      "0@$$$scavenges",
      "0@a-1",
      "1@a-1",
      "0@b-1",
      "caughtUp",
      "0@c-1",
    ]);
    assert.deepEqual(await after.until(4), ["confirmation", "0@b-1", "caughtUp", "0@c-1"]);
    assert.deepEqual(await fromEnd.until(3), ["confirmation", "caughtUp", "0@c-1"]);
    await Heard.stop(fromStart, after, fromEnd);
  },
);

eventStoreTest(
  "filters choose by prefix or regular expression, of the stream's name or the type",
  async ({ client }) => {
    for (const stream of ["order-1", "stock-1", "preorder-1"]) {
      await client.appendToStream(stream, [...newEvents(1, "Placed"), ...newEvents(1, "Paid")]);
    }
    const cases = [
      [streamNameFilter({ prefixes: ["order-"] }), ["0@order-1", "1@order-1"]],
      [streamNameFilter({ prefixes: ["none", "stock"] }), ["0@stock-1", "1@stock-1"]],
      [streamNameFilter({ regex: "order" }), [
        "0@order-1",
        "1@order-1",
        "0@preorder-1",
        "1@preorder-1",
      ]],
      [eventTypeFilter({ prefixes: ["Pa"] }), ["1@order-1", "1@stock-1", "1@preorder-1"]],
      [eventTypeFilter({ regex: "^(Pla|\\$m)" }), [
        "0@$$$scavenges",
        "0@order-1",
        "0@stock-1",
        "0@preorder-1",
      ]],
    ] as const;
    for (const [filter, expected] of cases) {
      const heard = new Heard(client.subscribeToAll({ fromPosition: START, filter }));
      const said = await heard.until(expected.length + 2);
      assert.deepEqual(said, ["confirmation", ...expected, "caughtUp"]);
      await Heard.stop(heard);
    }
  },
);

eventStoreTest(
  "checkpoints come after each interval of events looked at, and before catching up",
  async ({ client }) => {
    await client.appendToStream("noise-1", newEvents(24));
    const subscription = client.subscribeToAll({
      fromPosition: START,
      filter: streamNameFilter({
        prefixes: ["order-"],
        maxSearchWindow: 5,
        checkpointInterval: 2,
        checkpointReached: (_subscription, { commit }) => {
          said.add(`checkpoint ${commit}`);
        },
      }),
    });
    const said = new Heard(subscription);
    await said.until(5);
    await client.appendToStream("noise-1", newEvents(9));
    await client.appendToStream("order-1", newEvents(1));
    await client.appendToStream("noise-1", newEvents(10));
    await said.until(8);
    assert.deepEqual(said.said, [
      "confirmation",
      "checkpoint 10",
      "checkpoint 20",
      "checkpoint 25",
      "caughtUp",
      "0@order-1",
      "checkpoint 35",
      "checkpoint 45",
    ]);
    await Heard.stop(said);
  },
);

eventStoreTest(
  "a filtered subscription from the end, or from the last event, is told no checkpoint before it is due",
  async ({ client }) => {
    for (const from of ["end", "last"] as const) {
      const { position } = await client.appendToStream("noise-1", newEvents(3));
      const fromPosition = from === "end" ? END : position!;
      const filter = streamNameFilter({
        prefixes: ["order-"],
        maxSearchWindow: 2,
        checkpointReached: (_subscription, { commit }) => {
          said.add(`checkpoint ${commit}`);
        },
      });
      const said = new Heard(client.subscribeToAll({ fromPosition, filter }));
      await said.until(2);
      const { position: next } = await client.appendToStream("noise-1", newEvents(2));
      assert.deepEqual(await said.until(3), [
        "confirmation",
        "caughtUp",
        `checkpoint ${next!.commit}`,
      ]);
      await Heard.stop(said);
    }
  },
);

eventStoreTest(
  "the streams of the standard projections are live, with revisions that go on",
  async ({ client }) => {
    await client.appendToStream("order-1", newEvents(2));
    const category = new Heard(
      client.subscribeToStream("$ce-order", { fromRevision: START, resolveLinkTos: true }),
    );
    const type = new Heard(client.subscribeToStream("$et-Happened", { fromRevision: 1n }));
    await Promise.all([category.until(4), type.until(2)]);
    await client.appendToStream("order-2", newEvents(2));
    await client.appendToStream("stock-1", newEvents(1));
    assert.deepEqual(await category.until(6), [
      "confirmation",
      "0@$ce-order → 0@order-1",
      "1@$ce-order → 1@order-1",
      "caughtUp",
      "2@$ce-order → 0@order-2",
      "3@$ce-order → 1@order-2",
    ]);
    assert.deepEqual(await type.until(5), [
      "confirmation",
      "caughtUp",
      "2@$et-Happened",
      "3@$et-Happened",
      "4@$et-Happened",
    ]);
    await Heard.stop(category, type);
  },
);
