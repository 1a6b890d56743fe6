import type { Log } from "@headwater/core";
import type { EventStore } from "../projected/event_store.ts";
import type { Rpc } from "../grpc/grpc_call.ts";
import { invalidArgument } from "./stream_errors.ts";
import {
  DeleteGroupRequestSchema,
  EmptySchema,
  GroupInfoRequestSchema,
  GroupInfoResponseSchema,
  GroupRequestSchema,
  type ListGroupsRequest,
  type ListGroupsRequest_Source,
  ListGroupsRequestSchema,
  ListGroupsResponseSchema,
  type ReplayParkedRequest_Options,
  ReplayParkedRequestSchema,
} from "./messages_pb.ts";
import { unaryRpc } from "./unary_rpc.ts";
import { groupInfo } from "./group_info.ts";
import { GroupRegistry } from "../groups/group_registry.ts";
import { wholeLog } from "../groups/group_settings.ts";
import type { SubscriptionGroup } from "../groups/subscription_group.ts";
import { readGroup } from "./read_group.ts";
import { readGroupRequest } from "./settings_request.ts";
import { GroupError, type GroupName } from "../groups/group_error.ts";
import { wholeLogByName, withGroupErrors } from "./subscription_errors.ts";

export type PersistentSubscriptionsOptions = {
  readonly logger: Log;
  /** How often groups look for messages that took too long, and whether checkpoints are due; default 1 s. */
  readonly tickMs?: number;
};

/** Stops the groups when it is disposed of: after the server, before the store. */
export type PersistentSubscriptionsService = AsyncDisposable & {
  readonly rpcs: ReadonlyMap<string, Rpc>;
  /** Clients are dropped; all groups begin again from what the log says. */
  restart(): Promise<void>;
};

/** Where a request says which source it is about. */
type WireSource = ListGroupsRequest_Source["source"];
type NamedOptions = { readonly source: WireSource; readonly groupName: string };

/** The service that shares events among groups of consumers; starts the groups that the log tells of. */
export async function startPersistentSubscriptions(
  store: EventStore,
  { logger, tickMs = 1000 }: PersistentSubscriptionsOptions,
): Promise<PersistentSubscriptionsService> {
  const registry = new GroupRegistry({ store, logger, tickMs });
  await registry.start();
  const rpcs: Readonly<Record<string, Rpc>> = {
    Create: unaryRpc({ request: GroupRequestSchema, response: EmptySchema }, async (request) => {
      await registry.create(readGroupRequest(request));
      return {};
    }),
    Update: unaryRpc({ request: GroupRequestSchema, response: EmptySchema }, async (request) => {
      await registry.update(readGroupRequest(request));
      return {};
    }),
    Delete: unaryRpc(
      { request: DeleteGroupRequestSchema, response: EmptySchema },
      async ({ options }) => {
        const name = nameOf(options);
        if (name.stream === wholeLog && options?.source.case !== "all") throw wholeLogByName(name);
        await registry.delete(name);
        return {};
      },
    ),
    Read: readGroup(registry),
    GetInfo: unaryRpc(
      { request: GroupInfoRequestSchema, response: GroupInfoResponseSchema },
      async ({ options }) => ({ info: await groupInfo(registry.get(nameOf(options))) }),
    ),
    List: unaryRpc(
      { request: ListGroupsRequestSchema, response: ListGroupsResponseSchema },
      async (request) => ({ groups: await Promise.all(asked(registry, request).map(groupInfo)) }),
    ),
    ReplayParked: unaryRpc(
      { request: ReplayParkedRequestSchema, response: EmptySchema },
      async ({ options }) => {
        const name = nameOf(options);
        const stopAt = stopAtOf(options?.until);
        if (stopAt < 0) {
          const reason = `Cannot stop replaying parked messages at ${stopAt}`;
          throw new GroupError("failed", name, reason);
        }
        await registry.get(name).replayParked(stopAt);
        return {};
      },
    ),
    RestartSubsystem: unaryRpc({ request: EmptySchema, response: EmptySchema }, async () => {
      await registry.restart();
      return {};
    }),
  };
  const path = "/event_store.client.persistent_subscriptions.PersistentSubscriptions";
  return {
    rpcs: new Map(
      Object.entries(rpcs).map(([name, rpc]) => [`${path}/${name}`, withGroupErrors(rpc)]),
    ),
    restart: () => registry.restart(),
    [Symbol.asyncDispose]: () => registry.close(),
  };
}

function asked(
  registry: GroupRegistry,
  { options }: ListGroupsRequest,
): readonly SubscriptionGroup[] {
  const { groups } = registry;
  if (options?.which.case === "allGroups") return groups;
  if (options?.which.case !== "ofStream") throw invalidArgument("it says neither stream nor all");
  const stream = sourceOf(options.which.value.source) ?? "";
  const ofStream = groups.filter(({ config }) => config.stream === stream);
  if (ofStream.length === 0) throw new GroupError("does-not-exist", { stream, group: "" });
  return ofStream;
}

function stopAtOf(until: ReplayParkedRequest_Options["until"] | undefined): number {
  if (!until?.case) throw invalidArgument("it says neither stop at nor no limit");
  return until.case === "noLimit" ? Infinity : Number(until.value);
}

function nameOf(options: NamedOptions | undefined): GroupName {
  const stream = options && sourceOf(options.source);
  if (stream === undefined) throw invalidArgument("it says neither stream nor all");
  return { stream, group: options!.groupName };
}

function sourceOf(source: WireSource): string | undefined {
  if (source.case === "all") return wholeLog;
  return source.case && new TextDecoder().decode(source.value.streamName);
}
