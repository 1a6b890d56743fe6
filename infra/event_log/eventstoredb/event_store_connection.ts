import { EventStoreDBClient } from "@eventstore/db-client";
import rpc from "@eventstore/db-client/generated/streams_grpc_pb.js";
import type streams from "@eventstore/db-client/generated/streams_pb.js";
import type {
  CallOptions,
  Client,
  ClientDuplexStream,
  ClientReadableStream,
  Metadata,
} from "@grpc/grpc-js";

/** Hears of a call; `over` comes once, and nothing after it. */
export type CallListener<Message> = {
  message(message: Message): void;
  /** Undefined: the server has ended it in order. */
  over(error: Error | undefined): void;
};

export type ReadCall = ClientReadableStream<streams.ReadResp>;
export type BatchAppendCall = ClientDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>;

/** The rpcs that the adapter needs, on a connection that is made at first need and made anew when it broke. */
export type EventStoreConnection = AsyncDisposable & {
  read(request: streams.ReadReq, listener: CallListener<streams.ReadResp>): Promise<ReadCall>;
  batchAppend(listener: CallListener<streams.BatchAppendResp>): Promise<BatchAppendCall>;
};

/** What the client makes its own calls of. */
type ClientParts = {
  GRPCStreamCreator<Rpcs extends Client, Call>(
    rpcs: new (...args: ConstructorParameters<typeof Client>) => Rpcs,
    name: string,
    create: (rpcs: Rpcs) => Call,
  ): () => Promise<Call>;
  callArguments(base: object, options: CallOptions): [Metadata, CallOptions];
  getChannel(): Promise<{ close(): void }>;
  dispose(): Promise<void>;
};

/** Whoever gives up on a call cancels it; a deadline of gRPC would also count while its reader is busy. */
const callOptions: CallOptions = { deadline: Infinity };

const closingMs = 1_000;

/**
 * The published client, used below its own calls: it finds the node and connects again, the calls are made here.
 * What is wrong with its own ones is in `docs/decisions/0051-eventstoredb-adapter.md`.
 *
 * Errors: `Error` for a connection string that cannot be read.
 */
export function connectToEventStore(connectionString: string): EventStoreConnection {
  const client = EventStoreDBClient.connectionString(
    connectionString.replace(/^kurrentdb/, "esdb"),
  ) as unknown as ClientParts;
  let used = false;

  return {
    read(request, listener) {
      used = true;
      return client.GRPCStreamCreator(rpc.StreamsClient, "read", (rpcs) => {
        const call = rpcs.read(request, ...client.callArguments({}, callOptions));
        listen(call, listener);
        return call;
      })();
    },
    batchAppend(listener) {
      used = true;
      return client.GRPCStreamCreator(rpc.StreamsClient, "batchAppend", (rpcs) => {
        const call = rpcs.batchAppend(...client.callArguments({}, callOptions));
        listen(call, listener);
        return call;
      })();
    },
    async [Symbol.asyncDispose]() {
      await client.dispose();
      if (!used) return;
      // Left open by the client. Where the node is being looked for, it is closed when that ends.
      const closed = client.getChannel().then((channel) => channel.close(), () => {});
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, closingMs);
      await Promise.race([closed, late.promise]);
      clearTimeout(timer);
    },
  };
}

/** At once, as the call is made: what is heard later may have been missed. */
function listen<Message>(
  call: ReadCall | BatchAppendCall,
  { message, over }: CallListener<Message>,
): void {
  let isOver = false;
  const end = (error?: Error) => {
    if (isOver) return;
    isOver = true;
    over(error);
  };
  call.on("data", (received: Message) => {
    if (!isOver) message(received);
  });
  call.on("error", end);
  call.on("end", () => end());
  call.on("close", () => end());
}
