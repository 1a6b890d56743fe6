import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Client, credentials, status } from "@grpc/grpc-js";
import streams from "@eventstore/db-client/generated/streams_pb.js";
import { uuidText } from "../log/event_id.ts";
import { startEventStore } from "../start_event_store.ts";
import {
  all,
  allFromStart,
  chunk,
  encoded,
  entry,
  type Fields,
  fromStart,
  identifier,
  nested,
  noFilter,
  options,
  proposed,
  read,
  structuredIds,
  time,
  uuid,
} from "../testing/request_test_bed.ts";

const { AppendResp, BatchAppendResp, ReadResp } = streams;

/** What other clients than the published one may send, through the messages alone. */
type Wire = {
  /** Answers to these messages, then the status. */
  call(method: string, messages: readonly Fields[]): Promise<Answered>;
};

type Answered = {
  readonly answers: readonly Uint8Array[];
  readonly code: number;
  readonly trailers: Readonly<Record<string, unknown>>;
};

function wireTest(name: string, test: (wire: Wire) => Promise<void>): void {
  // The client's library keeps timers beyond its end
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });

  async function fn(): Promise<void> {
    await using server = await startEventStore({ path: ":memory:", port: 0 });
    const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
    try {
      await test({ call: (method, messages) => call(client, { method, messages }) });
    } finally {
      client.close();
    }
  }
}

function call(
  client: Client,
  { method, messages }: { readonly method: string; readonly messages: readonly Fields[] },
): Promise<Answered> {
  const { promise, resolve } = Promise.withResolvers<Answered>();
  const answers: Uint8Array[] = [];
  const stream = client.makeBidiStreamRequest(
    `/event_store.client.streams.Streams/${method}`,
    (message: Uint8Array) => Buffer.from(message),
    (bytes: Buffer) => bytes,
  );
  stream.on("data", (bytes: Buffer) => answers.push(bytes));
  stream.on("error", () => {/* Its status comes as well */});
  stream.on(
    "status",
    ({ code, metadata }) => resolve({ answers, code, trailers: metadata.getMap() }),
  );
  for (const message of messages) stream.write(encoded(message));
  stream.end();
  return promise;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function ids(count: number): string[] {
  return Array.from({ length: count }, () => crypto.randomUUID());
}

function batchAnswers({ answers }: Answered) {
  return answers.map((bytes) => {
    const answer = BatchAppendResp.deserializeBinary(bytes);
    const error = answer.getError();
    return {
      correlation: idOf(answer.getCorrelationId()!.getStructured()!),
      stream: Buffer.from(answer.getStreamIdentifier()!.getStreamName_asU8()).toString(),
      revision: answer.getSuccess()?.getCurrentRevision(),
      error: error && `${error.getCode()} ${error.getDetails()!.getTypeUrl().split(".").at(-1)}`,
    };
  });
}

function idOf(
  parts: { getMostSignificantBits(): string; getLeastSignificantBits(): string },
): string {
  const view = new DataView(new ArrayBuffer(16));
  view.setBigInt64(0, BigInt(parts.getMostSignificantBits()));
  view.setBigInt64(8, BigInt(parts.getLeastSignificantBits()));
  return uuidText(new Uint8Array(view.buffer));
}

wireTest(
  "a batch may come in many chunks, between those of others, and is answered once",
  async ({ call }) => {
    const [a, b] = ids(2) as [string, string];
    const answered = await call("BatchAppend", [
      chunk(a, { begins: options("a-1"), ids: ids(2), isFinal: false }),
      chunk(b, { begins: options("b-ł"), ids: ids(1), isFinal: false }),
      chunk(a, { ids: ids(3), isFinal: false }),
      chunk(b, { ids: ids(1) }),
      chunk(a, { ids: ids(1) }),
    ]);
    const byStream = batchAnswers(answered).toSorted((x, y) => x.stream < y.stream ? -1 : 1);
    assert.deepEqual(byStream, [
      { correlation: a, stream: "a-1", revision: "5", error: undefined },
      { correlation: b, stream: "b-ł", revision: "1", error: undefined },
    ]);
    assert.equal(answered.code, status.OK);
  },
);

wireTest(
  "a deadline that has passed is answered at once, as a time or as a duration, and what follows is dropped",
  async ({ call }) => {
    const [late, short, good] = ids(3) as [string, string, string];
    const answered = await call("BatchAppend", [
      chunk(late, {
        begins: options("a-1", time(6, Date.now() - 1_000)),
        ids: ids(1),
        isFinal: false,
      }),
      chunk(late, { ids: ids(1) }),
      chunk(short, { begins: options("a-1", time(7, 0)), ids: ids(1) }),
      chunk(good, { begins: options("a-1", time(7, 60_000)), ids: ids(1) }),
    ]);
    assert.deepEqual(
      batchAnswers(answered).map((
        { correlation, error, revision },
      ) => [correlation, error, revision]),
      [[late, "4 Timeout", undefined], [short, "4 Timeout", undefined], [good, undefined, "0"]],
    );
  },
);

wireTest("what is wrong with one batch is its own matter", async ({ call }) => {
  const correlations = ids(4);
  const answered = await call("BatchAppend", [
    chunk(correlations[0]!, { begins: identifier("a-1"), ids: ids(1) }),
    chunk(correlations[1]!, { begins: options(""), ids: ids(1) }),
    chunk(correlations[2]!, { begins: options("a-1"), ids: ids(1), more: entry("type", "X") }),
    chunk(correlations[3]!, { begins: options("a-1"), ids: ids(1) }),
  ]);
  assert.deepEqual(
    batchAnswers(answered).map(({ error }) => error),
    ["3 BadRequest", "3 BadRequest", "3 BadRequest", undefined],
  );
});

wireTest("ids come in the form asked for, whichever they came in", async ({ call }) => {
  const id = crypto.randomUUID();
  const appended = await call("Append", [nested(1, options("a-1")), nested(2, proposed(id))]);
  assert.equal(
    AppendResp.deserializeBinary(appended.answers[0]!).getSuccess()!.getCurrentRevision(),
    "0",
  );
  const { answers } = await call("Read", [
    read(fromStart("a-1"), { count: 1, more: all(noFilter, structuredIds) }),
  ]);
  const event = ReadResp.deserializeBinary(answers[0]!).getEvent()!;
  assert.equal(idOf(event.getEvent()!.getId()!.getStructured()!), id);
  assert.equal(event.getEvent()!.getMetadataMap().getLength(), 3);
  assert.match(event.getEvent()!.getMetadataMap().get("created")!, /^\d{17}$/);
});

wireTest("a client that asks for it is told where a stream begins and ends", async ({ call }) => {
  await call("BatchAppend", [chunk(ids(1)[0]!, { begins: options("a-1"), ids: ids(64) })]);
  const metadata = all(entry("type", "$metadata"), entry("content-type", "application/json"));
  const truncate = (before: number): Fields =>
    all(uuid(1, crypto.randomUUID()), metadata, (writer) => writer.string(4, `{"$tb":${before}}`));
  const asks = nested(10, (writer) => writer.uint(1, 1));
  async function said(source: Fields, options: { count: number; more?: Fields }) {
    const more = all(noFilter, structuredIds, options.more ?? asks);
    const { answers } = await call("Read", [read(source, { count: options.count, more })]);
    return answers.map((bytes) => {
      const answer = ReadResp.deserializeBinary(bytes);
      if (answer.hasEvent()) return Number(answer.getEvent()!.getEvent()!.getStreamRevision());
      if (answer.hasFirstStreamPosition()) return `begins ${answer.getFirstStreamPosition()}`;
      return `ends ${answer.getLastStreamPosition()}`;
    });
  }
  assert.deepEqual(await said(fromStart("a-1"), { count: 2 }), [0, 1, "ends 63"]);
  assert.deepEqual(await said(fromStart("a-1"), { count: 1, more: () => {} }), [0]);
  const backwards = all(asks, (writer) => writer.uint(3, 1));
  assert.deepEqual(await said(fromStart("a-1"), { count: 9, more: backwards }), [0, "ends 63"]);
  await call("Append", [nested(1, options("$$a-1")), nested(2, truncate(32))]);
  const truncated = await said(fromStart("a-1"), { count: 100 });
  assert.deepEqual([truncated[0], truncated[1], truncated.at(-1)], ["begins 32", 32, "ends 63"]);
  await call("Append", [nested(1, options("$$a-1")), nested(2, truncate(31))]);
  assert.deepEqual(await said(fromStart("a-1"), { count: 32 }), [31, ...range(32, 62), "ends 63"]);
  await call("Append", [nested(1, options("$$a-1")), nested(2, truncate(64))]);
  assert.deepEqual(await said(fromStart("a-1"), { count: 64 }), ["begins 64", "ends 63"]);
});

wireTest("a subscription between two events is confirmed, then refused", async ({ call }) => {
  const between = nested(
    2,
    nested(1, (writer) => writer.uint(1, 1), (writer) => writer.uint(2, 0)),
  );
  const request = read(between, { more: all(noFilter, structuredIds) });
  const { answers, code } = await call("Read", [request]);
  assert.equal(code, status.INVALID_ARGUMENT);
  assert.deepEqual(
    answers.map((bytes) => ReadResp.deserializeBinary(bytes).hasConfirmation()),
    [true],
  );
  assert.equal(
    (await call("Read", [read(between, { count: 1, more: all(noFilter, structuredIds) })])).code,
    status.UNKNOWN,
  );
});

wireTest("an event without type or content type names what is missing", async ({ call }) => {
  const { code, trailers } = await call("Append", [
    nested(1, options("a-1")),
    nested(2, proposed(crypto.randomUUID(), entry("type", "Happened"))),
  ]);
  assert.equal(code, status.INVALID_ARGUMENT);
  assert.equal(trailers.exception, "missing-required-metadata-property");
  assert.equal(trailers["required-metadata-properties"], "type,content-type");
});

wireTest("requests that make no sense are invalid arguments", async ({ call }) => {
  const filter = (...parts: readonly Fields[]) => nested(7, ...parts);
  const prefix = nested(1, (writer) => writer.string(2, "a"));
  const interval: Fields = (writer) => writer.uint(5, 1);
  const backwards: Fields = (writer) => writer.uint(3, 1);
  const regex = (text: string) => nested(1, (writer) => writer.string(1, text));
  const requests: readonly (readonly [string, Fields])[] = [
    ["Read", () => {}],
    ["Read", read(fromStart("a"), { count: 1, more: noFilter })],
    ["Read", read(fromStart("a"), { count: 1, more: structuredIds })],
    [
      "Read",
      read(fromStart("a"), { count: 1, more: all(structuredIds, filter(prefix, interval)) }),
    ],
    ["Read", read(fromStart("a"), { more: all(noFilter, structuredIds, backwards) })],
    ["Read", read(allFromStart, { count: 1, more: all(structuredIds, filter(prefix)) })],
    ["Read", read(allFromStart, { count: 1, more: all(structuredIds, filter(interval)) })],
    [
      "Read",
      read(allFromStart, { count: 1, more: all(structuredIds, filter(regex("("), interval)) }),
    ],
    ["Append", () => {}],
    ["Append", nested(1, identifier("a"))],
    ["Append", nested(2, proposed(crypto.randomUUID()))],
    ["Delete", nested(1, identifier("a"))],
    ["Tombstone", () => {}],
    ["Delete", (writer) => writer.uint(1, 7)],
  ];
  for (const [index, [method, fields]] of requests.entries()) {
    const { code } = await call(method, [fields]);
    assert.equal(code, status.INVALID_ARGUMENT, `${method}, ${index}`);
  }
});

wireTest("the names of streams are safe in trailers", async ({ call }) => {
  await call("Tombstone", [nested(1, options("zażółć-1"))]);
  const { code, trailers } = await call("Delete", [nested(1, options("zażółć-1"))]);
  assert.equal(code, status.FAILED_PRECONDITION);
  assert.equal(trailers.exception, "stream-deleted");
  assert.match(String(trailers["stream-name"]), /^[ -~]+$/);
});
