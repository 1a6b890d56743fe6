import gossip from "@eventstore/db-client/generated/gossip_pb.js";
import shared from "@eventstore/db-client/generated/shared_pb.js";
import status from "@eventstore/db-client/generated/status_pb.js";
import streams from "@eventstore/db-client/generated/streams_pb.js";
import { silentLog } from "@headwater/core";
import {
  EventStore,
  frame,
  type GrpcCall,
  GrpcError,
  grpcStatus,
  openSqliteStore,
  type Rpc,
  startGrpcServer,
  streamsService,
} from "@headwater/event-store/testing";

export type SeenCall = {
  readonly node: number;
  /** `Read`, `BatchAppend` for example. */
  readonly rpc: string;
  readonly authorization: string | undefined;
};

/** Nodes that share a log, as those of a cluster do once everything is replicated; one of them leads, or none. */
export type TestCluster = AsyncDisposable & {
  readonly ports: readonly number[];
  readonly calls: readonly SeenCall[];
  /** Where clients reach the nodes, if not where they listen; none: followers name no leader. */
  advertise(endpoints: readonly Endpoint[]): void;
  /** Makes a node the leader; undefined: an election that goes on. Whoever led breaks off what it was doing. */
  lead(node: number | undefined): void;
  /** Stops a node for good. */
  stop(node: number): Promise<void>;
};

type Endpoint = { readonly address: string; readonly port: number };

const { MemberInfo } = gossip;
const utf8 = new TextEncoder();

/** Its first node leads at first. */
export async function startTestCluster(
  { nodes, password }: { readonly nodes: number; readonly password?: string },
): Promise<TestCluster> {
  await using starting = new AsyncDisposableStack();
  const sqlite = starting.use(openSqliteStore({ path: ":memory:", logger: silentLog }));
  const store = new EventStore(sqlite, { standardProjections: false });
  await store.prepare();
  const rpcs = streamsService(store, {
    maxAppendBytes: 1024 * 1024,
    writeTimeoutMs: 2_000,
    logger: silentLog,
  });
  const calls: SeenCall[] = [];
  let leader: number | undefined = 0;
  let term = Promise.withResolvers<void>();
  let endpoints: readonly Endpoint[] = [];

  function served(rpc: Rpc, node: number): Rpc {
    return async (call) => {
      const authorization = call.header("authorization");
      calls.push({ node, rpc: call.path.split("/").at(-1)!, authorization });
      if (password !== undefined && authorization !== `Basic ${utf8.encode(password).toBase64()}`) {
        throw new GrpcError({ code: grpcStatus.unauthenticated, message: "" });
      }
      const isAppend = call.path.endsWith("/BatchAppend");
      if (leader === undefined && !isAppend) {
        throw new GrpcError({ code: grpcStatus.unavailable, message: "Server Is Not Ready" });
      }
      const isElection = leader === undefined;
      if (!isElection && leader !== node && call.header("requires-leader") === "true") {
        throw notLeader();
      }
      const deposed = term.promise.then(() => {
        throw isAppend ? notLeader() : new GrpcError({ code: grpcStatus.unavailable, message: "" });
      });
      await Promise.race([isElection ? answerNotReady(call) : rpc(call), deposed]);
    };
  }

  function notLeader(): GrpcError {
    const { address, port } = endpoints[leader ?? 0] ?? {};
    return new GrpcError({
      code: grpcStatus.notFound,
      message: "Leader info available",
      trailers: {
        exception: "not-leader",
        ...(address !== undefined && { "leader-endpoint-host": address }),
        ...(port !== undefined && { "leader-endpoint-port": String(port) }),
      },
    });
  }

  function gossipOf(): gossip.ClusterInfo {
    const info = new gossip.ClusterInfo();
    endpoints.forEach(({ address, port }, node) => {
      const endpoint = new gossip.EndPoint();
      endpoint.setAddress(address);
      endpoint.setPort(port);
      const id = new shared.UUID();
      id.setString(crypto.randomUUID());
      const member = new MemberInfo();
      member.setInstanceId(id);
      const { LEADER, FOLLOWER, UNKNOWN } = MemberInfo.VNodeState;
      member.setState(leader === undefined ? UNKNOWN : leader === node ? LEADER : FOLLOWER);
      member.setIsAlive(running[node] !== undefined);
      member.setHttpEndPoint(endpoint);
      info.addMembers(member);
    });
    return info;
  }

  async function start(node: number) {
    return await startGrpcServer({
      host: "127.0.0.1",
      port: 0,
      services: new Map([
        ...Array.from(rpcs, ([path, rpc]): [string, Rpc] => [path, served(rpc, node)]),
        ["/event_store.client.gossip.Gossip/Read", async (call) => {
          await call.first();
          call.write(frame(gossipOf().serializeBinary()));
        }],
      ]),
      http1: (_request, response) => void response.end(),
      logger: silentLog,
      stopMs: 100,
    });
  }

  const running: (Awaited<ReturnType<typeof start>> | undefined)[] = [];
  for (let node = 0; node < nodes; node++) running.push(starting.use(await start(node)));
  const ports = running.map((server) => server!.port);
  endpoints = ports.map((port) => ({ address: "127.0.0.1", port }));
  const started = starting.move();
  return {
    ports,
    calls,
    advertise(advertised) {
      endpoints = advertised;
    },
    lead(node) {
      leader = node;
      const ended = term;
      term = Promise.withResolvers();
      ended.resolve();
    },
    async stop(node) {
      await running[node]?.[Symbol.asyncDispose]();
      running[node] = undefined;
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** As the original answers appends in an election: with a status that says nothing but that. */
async function answerNotReady(call: GrpcCall): Promise<void> {
  for await (const bytes of call.requests()) {
    const request = streams.BatchAppendReq.deserializeBinary(bytes);
    if (!request.getIsFinal()) continue;
    const response = new streams.BatchAppendResp();
    response.setCorrelationId(request.getCorrelationId());
    response.setError(notReadyStatus());
    call.write(frame(response.serializeBinary()));
  }
}

function notReadyStatus(): status.Status {
  const message = utf8.encode("Server Is Not Ready");
  const type = utf8.encode("type.googleapis.com/google.protobuf.Empty");
  const details = [0x0a, type.length, ...type];
  return status.Status.deserializeBinary(
    new Uint8Array([0x12, message.length, ...message, 0x1a, details.length, ...details]),
  );
}
