import type { Duplex } from "node:stream";
import { EventStoreDBClient } from "@eventstore/db-client";
import rpc from "@eventstore/db-client/generated/streams_grpc_pb.js";
import type streams from "@eventstore/db-client/generated/streams_pb.js";
import {
  type CallOptions,
  type Channel,
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type Metadata,
  status,
} from "@grpc/grpc-js";
import type { ConnectionString, Endpoint } from "./connection_string.ts";
import { connectionTrouble } from "./connection_trouble.ts";
import { openChannel, readCertificates } from "./event_store_channel.ts";
import { untilEnded } from "./goaway_guard.ts";

/** Hears of a call; `over` comes once, and nothing after it. */
export type CallListener<Message> = {
  message(message: Message): void;
  /** Undefined: the server has ended it in order. */
  over(error: Error | undefined): void;
};

/** Its answers as they come: the generated code makes more of them than is needed. */
export type ReadCall = ClientReadableStream<Uint8Array>;
export type BatchAppendCall = ClientDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>;

/** The rpcs that the adapter needs, on a connection that is made at first need and made anew when it broke. */
export type EventStoreConnection = AsyncDisposable & {
  read(request: streams.ReadReq, listener: CallListener<Uint8Array>): Promise<ReadCall>;
  batchAppend(listener: CallListener<streams.BatchAppendResp>): Promise<BatchAppendCall>;
};

/** What the client makes its own calls of. */
type ClientParts = {
  GRPCStreamCreator<Rpcs extends Client, Call>(
    rpcs: new (...args: ConstructorParameters<typeof Client>) => Rpcs,
    name: string,
    create: (rpcs: Rpcs) => Call,
  ): () => Promise<Call>;
  callArguments(
    base: Pick<ConnectionString, "credentials"> & { readonly requiresLeader: boolean },
    options: CallOptions,
  ): [Metadata, CallOptions];
  getChannel(): Promise<{ close(): void }>;
  createChannel(): Promise<Channel>;
  handleError(rpcs: Client, error: Error): Promise<void>;
  resolveUri(): Promise<string>;
  dispose(): Promise<void>;
};

/** Whoever gives up on a call cancels it; a deadline of gRPC would also count while its reader is busy. */
const callOptions: CallOptions = { deadline: Infinity };

const { path, requestSerialize } = rpc.StreamsService.read;

const closingMs = 1_000;
/** Longer than any event that a server has. */
const maxMessageBytes = 17 * 1024 * 1024;

/**
 * The published client, used below its own calls: it finds the node and connects again, the calls are made here.
 * What is wrong with its own ones is in `docs/decisions/0051-eventstoredb-adapter.md`.
 *
 * Errors: `Error` for certificates that cannot be read.
 */
export function connectToEventStore(connectionString: ConnectionString): EventStoreConnection {
  const connections = new Set<Duplex>();
  const client = createClient(connectionString, connections);
  const { credentials, parameters } = connectionString;
  // Only the leader shows at once what was appended, wherever the append was sent.
  const base = { credentials: parameters.tls ? credentials : undefined, requiresLeader: true };
  let used = false;

  /** Listens at once, as the call is made: what is heard later may have been missed. */
  async function open<Message, Call extends ReadCall | BatchAppendCall>(
    name: string,
    { listener, create }: {
      readonly listener: CallListener<Message>;
      create(rpcs: InstanceType<typeof rpc.StreamsClient>, given: [Metadata, CallOptions]): Call;
    },
  ): Promise<Call> {
    used = true;
    try {
      return await client.GRPCStreamCreator(rpc.StreamsClient, name, (rpcs) => {
        const call = create(rpcs, client.callArguments(base, callOptions));
        listen(call, {
          message: listener.message,
          over: (error) => listener.over(error && connectionTrouble(error, connectionString)),
        });
        return call;
      })();
    } catch (error) {
      throw error instanceof Error ? connectionTrouble(error, connectionString) : error;
    }
  }

  return {
    read: (request, listener) =>
      open("read", {
        listener,
        create: (rpcs, given) =>
          rpcs.makeServerStreamRequest(
            path,
            requestSerialize,
            (answer) => answer,
            request,
            ...given,
          ),
      }),
    batchAppend: (listener) =>
      open("batchAppend", { listener, create: (rpcs, given) => rpcs.batchAppend(...given) }),
    async [Symbol.asyncDispose]() {
      await client.dispose();
      if (!used) return;
      // Left open by the client. Where the node is being looked for, it is closed when that ends.
      const closed = client.getChannel().then((channel) => channel.close(), () => {});
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, closingMs);
      await Promise.race([closed, late.promise]);
      clearTimeout(timer);
      await untilEnded(connections, closingMs);
    },
  };
}

/** It gets no credentials: it would show them in warnings, and cut a password at its colon. */
function createClient(
  connectionString: ConnectionString,
  connections: Set<Duplex>,
): ClientParts {
  const { hosts, discovers, parameters } = connectionString;
  const { tls, tlsVerifyCert: verifies, connectionName } = parameters;
  const certificates = tls ? readCertificates(connectionString) : undefined;
  const settings = {
    nodePreference: parameters.nodePreference,
    discoveryInterval: parameters.discoveryInterval,
    gossipTimeout: parameters.gossipTimeout,
    maxDiscoverAttempts: parameters.maxDiscoverAttempts,
    keepAliveInterval: parameters.keepAliveInterval,
    keepAliveTimeout: parameters.keepAliveTimeout,
    ...(connectionName !== undefined && { connectionName }),
  };
  const channelCredentials = {
    insecure: !tls,
    ...(certificates?.root && { rootCertificate: certificates.root }),
    ...(certificates?.key && { userKeyFile: certificates.key }),
    ...(certificates?.chain && { userCertFile: certificates.chain }),
    ...(!verifies && { verifyOptions: { rejectUnauthorized: false } }),
  };
  const [first] = hosts as [Endpoint];
  // All hosts are asked, also where the client itself would ask the first one only.
  const client =
    (discovers && hosts.length > 1
      ? new EventStoreDBClient({ ...settings, endpoints: [...hosts] }, channelCredentials)
      : discovers
      ? new EventStoreDBClient({ ...settings, discover: first }, channelCredentials)
      : new EventStoreDBClient(
        { ...settings, endpoint: first },
        channelCredentials,
      )) as unknown as ClientParts;
  const { handleError } = client;
  // It trips over trailers that are missing, where nobody could catch it. Such a node is left as one that is gone.
  client.handleError = (rpcs, error) =>
    handleError(rpcs, error).catch(() => handleError(rpcs, nodeIsGone));
  client.createChannel = async () =>
    openChannel(await client.resolveUri(), {
      certificates,
      verifies,
      open: connections,
      options: {
        "grpc.keepalive_time_ms": orNever(parameters.keepAliveInterval),
        "grpc.keepalive_timeout_ms": orNever(parameters.keepAliveTimeout),
        "grpc.max_receive_message_length": maxMessageBytes,
      },
    });
  return client;
}

/** As gRPC says it. */
const nodeIsGone = Object.assign(new Error("The node is gone"), {
  code: status.UNAVAILABLE,
  details: "",
});

function orNever(ms: number): number {
  return ms < 0 ? Number.MAX_VALUE : ms;
}

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
