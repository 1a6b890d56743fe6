import persistent from "@eventstore/db-client/generated/persistent_pb.js";
import shared from "@eventstore/db-client/generated/shared_pb.js";
import type { Log } from "@headwater/core";
import type { EventStore } from "../projected/event_store.ts";
import type { Rpc } from "../grpc/grpc_call.ts";
import { invalidArgument } from "./stream_errors.ts";
import { unaryRpc } from "./unary_rpc.ts";
import { groupInfo } from "./group_info.ts";
import { GroupRegistry } from "../groups/group_registry.ts";
import { wholeLog } from "../groups/group_settings.ts";
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

type NamedOptions = {
  getStreamIdentifier(): { getStreamName_asU8(): Uint8Array } | undefined;
  hasAll(): boolean;
  getGroupName(): string;
};

/** The service that shares events among groups of consumers; starts the groups that the log tells of. */
export async function startPersistentSubscriptions(
  store: EventStore,
  { logger, tickMs = 1000 }: PersistentSubscriptionsOptions,
): Promise<PersistentSubscriptionsService> {
  const registry = new GroupRegistry({ store, logger, tickMs });
  await registry.start();
  const path = "/event_store.client.persistent_subscriptions.PersistentSubscriptions";
  const rpcs = new Map<string, Rpc>([
    [
      `${path}/Create`,
      unaryRpc(persistent.CreateReq, async (request) => {
        await registry.create(readGroupRequest(request));
        return new persistent.CreateResp();
      }),
    ],
    [
      `${path}/Update`,
      unaryRpc(persistent.UpdateReq, async (request) => {
        await registry.update(readGroupRequest(request));
        return new persistent.UpdateResp();
      }),
    ],
    [
      `${path}/Delete`,
      unaryRpc(persistent.DeleteReq, async (request) => {
        const options = request.getOptions();
        const name = nameOf(options);
        if (name.stream === wholeLog && !options?.hasAll()) throw wholeLogByName(name);
        await registry.delete(name);
        return new persistent.DeleteResp();
      }),
    ],
    [`${path}/Read`, readGroup(registry)],
    [
      `${path}/GetInfo`,
      unaryRpc(persistent.GetInfoReq, async (request) => {
        const group = registry.get(nameOf(request.getOptions()));
        return new persistent.GetInfoResp().setSubscriptionInfo(await groupInfo(group));
      }),
    ],
    [`${path}/List`, unaryRpc(persistent.ListReq, (request) => list(registry, request))],
    [
      `${path}/ReplayParked`,
      unaryRpc(persistent.ReplayParkedReq, async (request) => {
        const options = request.getOptions();
        const name = nameOf(options);
        const stopAt = options?.hasStopAt() ? Number(options.getStopAt()) : Infinity;
        if (stopAt < 0) {
          throw new GroupError(
            "failed",
            name,
            `Cannot stop replaying parked messages at ${stopAt}`,
          );
        }
        await registry.get(name).replayParked(stopAt);
        return new persistent.ReplayParkedResp();
      }),
    ],
    [
      `${path}/RestartSubsystem`,
      unaryRpc(shared.Empty, async () => {
        await registry.restart();
        return new shared.Empty();
      }),
    ],
  ]);
  return {
    rpcs: new Map(Array.from(rpcs, ([path, rpc]) => [path, withGroupErrors(rpc)])),
    restart: () => registry.restart(),
    [Symbol.asyncDispose]: () => registry.close(),
  };
}

async function list(
  registry: GroupRegistry,
  request: InstanceType<typeof persistent.ListReq>,
): Promise<InstanceType<typeof persistent.ListResp>> {
  const ofStream = request.getOptions()?.getListForStream();
  let groups = registry.groups;
  if (ofStream) {
    const stream = ofStream.hasAll()
      ? wholeLog
      : new TextDecoder().decode(ofStream.getStream()?.getStreamName_asU8());
    groups = groups.filter(({ config }) => config.stream === stream);
    if (groups.length === 0) throw new GroupError("does-not-exist", { stream, group: "" });
  } else if (!request.getOptions()?.hasListAllSubscriptions()) {
    throw invalidArgument("it says neither stream nor all");
  }
  const response = new persistent.ListResp();
  for (const group of groups) response.addSubscriptions(await groupInfo(group));
  return response;
}

function nameOf(options: NamedOptions | undefined): GroupName {
  const identifier = options?.getStreamIdentifier();
  if (!options || !identifier && !options.hasAll()) {
    throw invalidArgument("it says neither stream nor all");
  }
  const stream = identifier ? new TextDecoder().decode(identifier.getStreamName_asU8()) : wholeLog;
  return { stream, group: options.getGroupName() };
}
