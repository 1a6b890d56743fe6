import assert from "node:assert/strict";
import {
  ANY,
  BACKWARDS,
  binaryEvent,
  END,
  type EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  STREAM_EXISTS,
  WrongExpectedVersionError,
} from "@eventstore/db-client";
import { allOf, errorTypeOf, eventStoreTest, newEvents } from "../testing/event_store_test_bed.ts";

type ClientMode = { readonly name: string; readonly credentials?: object };

/** With credentials of its own for a call, the client appends through `Append` instead of `BatchAppend`. */
const modes: readonly ClientMode[] = [
  { name: "batch append" },
  { name: "append", credentials: { username: "admin", password: "changeit" } },
];

function inBothModes(
  name: string,
  test: (client: EventStoreDBClient, options: object) => Promise<void>,
): void {
  for (const { name: mode, credentials } of modes) {
    eventStoreTest(
      `${mode}: ${name}`,
      ({ client }) => test(client, credentials ? { credentials } : {}),
    );
  }
}

inBothModes("an event comes back as it was sent, its bytes untouched", async (client, options) => {
  const data = new Uint8Array([0, 255, 128, 10, 0]);
  const metadata = new Uint8Array([1, 0, 254]);
  const sent = [
    jsonEvent({ type: "Zażółć", data: { text: "gęślą 🚚" }, metadata: { by: "ja" } }),
    binaryEvent({ type: "Raw", data, metadata }),
    binaryEvent({ type: "Text", data: new TextEncoder().encode("\ufeffplain") }),
  ];
  await client.appendToStream("ślimak-1", sent, options);
  const [json, raw, text] = await allOf(client.readStream("ślimak-1"));
  assert.deepEqual(
    [json!.event!.id, json!.event!.type, json!.event!.data, json!.event!.metadata],
    [sent[0]!.id, "Zażółć", { text: "gęślą 🚚" }, { by: "ja" }],
  );
  assert.equal(json!.event!.streamId, "ślimak-1");
  assert.equal(json!.event!.isJson, true);
  assert.equal(raw!.event!.isJson, false);
  assert.deepEqual([...raw!.event!.data as Uint8Array], [...data]);
  assert.deepEqual([...raw!.event!.metadata as Uint8Array], [...metadata]);
  assert.equal(
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(text!.event!.data as Uint8Array),
    "\ufeffplain",
  );
});

inBothModes("the answer is the place of the last event", async (client, options) => {
  const first = await client.appendToStream("a-1", newEvents(3), {
    expectedRevision: NO_STREAM,
    ...options,
  });
  assert.deepEqual([first.success, first.nextExpectedRevision], [true, 2n]);
  const last =
    (await allOf(client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 })))[0]!;
  assert.deepEqual(first.position, last.event!.position);
  assert.equal(last.event!.revision, 2n);
});

inBothModes("every wrong expectation is refused with what is there", async (client, options) => {
  await client.appendToStream("a-1", newEvents(2), options);
  const cases = [
    ["a-1", NO_STREAM, 1n],
    ["a-1", 0n, 1n],
    ["a-1", 2n, 1n],
    ["a-2", 0n, NO_STREAM],
    ["a-2", STREAM_EXISTS, NO_STREAM],
  ] as const;
  for (const [stream, expectedRevision, actual] of cases) {
    await assert.rejects(
      client.appendToStream(stream, newEvents(1), { expectedRevision, ...options }),
      (error) => {
        assert.ok(error instanceof WrongExpectedVersionError);
        assert.deepEqual(
          [error.streamName, error.expectedVersion, error.actualVersion],
          [stream, expectedRevision, actual],
        );
        return true;
      },
    );
  }
  for (const expectedRevision of [ANY, STREAM_EXISTS, 3n] as const) {
    await client.appendToStream("a-1", newEvents(1), { expectedRevision, ...options });
  }
});

inBothModes("a repeat has the original's place and writes nothing", async (client, options) => {
  const events = newEvents(2);
  await client.appendToStream("a-1", newEvents(1), options);
  const first = await client.appendToStream("a-1", events, { expectedRevision: 0n, ...options });
  await client.appendToStream("a-1", newEvents(3), options);
  for (const expectedRevision of [ANY, STREAM_EXISTS, 0n] as const) {
    const again = await client.appendToStream("a-1", events, { expectedRevision, ...options });
    assert.deepEqual(
      [again.nextExpectedRevision, again.position],
      [first.nextExpectedRevision, first.position],
    );
  }
  assert.equal((await allOf(client.readStream("a-1"))).length, 6);
});

inBothModes(
  "a repeat of an append that has an id twice is at the first place of its last id",
  async (client, options) => {
    const [a, b] = newEvents(2);
    const events = [a!, b!, a!, b!];
    const first = await client.appendToStream("a-1", events, options);
    assert.equal(first.nextExpectedRevision, 3n);
    for (const expectedRevision of [ANY, STREAM_EXISTS] as const) {
      const again = await client.appendToStream("a-1", events, { expectedRevision, ...options });
      assert.equal(again.nextExpectedRevision, 1n);
    }
    const again = { expectedRevision: NO_STREAM, ...options } as const;
    assert.equal((await client.appendToStream("a-1", events, again)).nextExpectedRevision, 3n);
    assert.equal((await allOf(client.readStream("a-1"))).length, 4);
  },
);

inBothModes("a repeat that is only half known is refused", async (client, options) => {
  const [known, unknown] = newEvents(2);
  await client.appendToStream("a-1", known!, options);
  for (const expectedRevision of [ANY, NO_STREAM, STREAM_EXISTS] as const) {
    const append = client.appendToStream("a-1", [known!, unknown!], {
      expectedRevision,
      ...options,
    });
    assert.equal(await errorTypeOf(append), "wrong-expected-version", String(expectedRevision));
  }
});

inBothModes(
  "an id that another stream knows, or the same append, is written",
  async (client, options) => {
    const [event] = newEvents(1);
    await client.appendToStream("a-1", [event!, event!], options);
    await client.appendToStream("a-2", event!, options);
    assert.equal((await allOf(client.readStream("a-1"))).length, 2);
    assert.equal((await allOf(client.readStream("a-2"))).length, 1);
  },
);

inBothModes("no events are an append without effect", async (client, options) => {
  const { success, position } = await client.appendToStream("a-1", [], {
    expectedRevision: NO_STREAM,
    ...options,
  });
  assert.equal(success, true);
  assert.ok(position);
  assert.equal(await errorTypeOf(allOf(client.readStream("a-1"))), "stream-not-found");
  await client.appendToStream("a-1", newEvents(2), options);
  const wrong = client.appendToStream("a-1", [], { expectedRevision: 0n, ...options });
  assert.equal(await errorTypeOf(wrong), "wrong-expected-version");
});

inBothModes("an append of more data than allowed is refused whole", async (client, options) => {
  const half = () => jsonEvent({ type: "Large", data: { text: "x".repeat(600_000) } });
  const append = client.appendToStream("a-1", [half(), half()], options);
  assert.equal(await errorTypeOf(append), "maximum-append-size-exceeded");
  assert.equal(await errorTypeOf(allOf(client.readStream("a-1"))), "stream-not-found");
  await client.appendToStream("a-1", half(), options);
});

inBothModes("names of any kind are streams", async (client, options) => {
  const names = ["$all", "$$$$x", "x".repeat(5_000), "with space/and?%20", "日本-🚚"];
  for (const name of names) {
    await client.appendToStream(name, newEvents(1), { expectedRevision: NO_STREAM, ...options });
    const conflict = client.appendToStream(name, newEvents(1), {
      expectedRevision: NO_STREAM,
      ...options,
    });
    assert.equal(await errorTypeOf(conflict), "wrong-expected-version", name);
  }
  const [event] = await allOf(
    client.readStream("日本-🚚", { direction: BACKWARDS, fromRevision: END }),
  );
  assert.equal(event!.event!.streamId, "日本-🚚");
});

inBothModes("appends at once to one stream get revisions without gaps", async (client, options) => {
  const answers = await Promise.all(
    Array.from({ length: 200 }, () => client.appendToStream("a-1", newEvents(1), options)),
  );
  const revisions = answers.map(({ nextExpectedRevision }) => Number(nextExpectedRevision));
  assert.deepEqual(revisions.toSorted((a, b) => a - b), [...revisions.keys()]);
});

eventStoreTest(
  "an append with an empty stream name or type is a bad request, and others go on",
  async ({ client }) => {
    await Promise.all([
      assert.rejects(client.appendToStream("", newEvents(1)), /Could not recognize/),
      assert.rejects(
        client.appendToStream("a-1", [{ ...newEvents(1)[0]!, type: "" }]),
        /Could not recognize/,
      ),
      client.appendToStream("a-1", newEvents(1)),
    ]);
    assert.equal((await allOf(client.readStream("a-1"))).length, 1);
  },
);
