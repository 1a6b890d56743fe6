import persistent from "@eventstore/db-client/generated/persistent_pb.js";
import type { EventFilter } from "../streams/event_filter.ts";
import { readFilterOptions } from "./filter_options.ts";
import { ProtobufReader } from "../grpc/protobuf_reader.ts";
import { invalidArgument } from "./stream_errors.ts";
import { type GroupSettings, wholeLog } from "../groups/group_settings.ts";
import { GroupError } from "../groups/group_error.ts";
import type { GroupRequest } from "../groups/group_registry.ts";
import { wholeLogByName } from "./subscription_errors.ts";

export type CreateReq = InstanceType<typeof persistent.CreateReq>;
export type UpdateReq = InstanceType<typeof persistent.UpdateReq>;

type Options = NonNullable<
  ReturnType<CreateReq["getOptions"]> | ReturnType<UpdateReq["getOptions"]>
>;
type Settings = NonNullable<ReturnType<Options["getSettings"]>>;
type Position = { getCommitPosition(): string };

const endRevision = 2n ** 64n - 1n;
const ticksPerMs = 10_000;
const strategyNames = ["DispatchToSingle", "RoundRobin", "Pinned"];

/** Errors: `GrpcError` for what cannot be understood. */
export function readGroupRequest(request: CreateReq | UpdateReq): GroupRequest {
  const options = request.getOptions();
  const settings = options?.getSettings();
  if (!options || !settings) throw invalidArgument("its settings are missing");
  const source = readSource(options, settings);
  const name = { stream: source.stream, group: options.getGroupName() };
  if (name.group === "") throw invalidArgument("the group's name is empty");
  if (name.stream.includes("\0") || name.group.includes("\0")) {
    throw invalidArgument("a name contains U+0000");
  }
  if (name.stream === "") throw new GroupError("failed", name, "The stream's name is empty");
  if (name.stream === wholeLog && !options.hasAll()) throw wholeLogByName(name);
  return { name, settings: readSettings(settings, source.startFrom), filter: source.filter };
}

function readSource(
  options: Options,
  settings: Settings,
): {
  readonly stream: string;
  readonly startFrom: number | "end";
  readonly filter: EventFilter | undefined;
} {
  const all = options.getAll();
  if (all) {
    const position: Position | undefined = all.getPosition();
    const startFrom = all.hasEnd() ? "end" : position ? Number(position.getCommitPosition()) : 0;
    return {
      stream: wholeLog,
      startFrom,
      filter: "getFilter" in all ? readFilter(all) : undefined,
    };
  }
  const stream = options.getStream();
  const identifier = stream?.getStreamIdentifier() ?? options.getStreamIdentifier();
  const bytes = identifier?.getStreamName_asU8();
  if (!bytes) throw invalidArgument("it says neither stream nor all");
  const startFrom = stream?.hasEnd()
    ? "end"
    : stream?.hasStart()
    ? 0
    : revisionOf(stream?.hasRevision() ? stream.getRevision() : settings.getRevision());
  return { stream: new TextDecoder().decode(bytes), startFrom, filter: undefined };
}

/** It is written like the filter of a read. */
function readFilter(
  all: InstanceType<typeof persistent.CreateReq.AllOptions>,
): EventFilter | undefined {
  const filter = all.getFilter();
  if (!filter) return undefined;
  // How often a reader is told its position means nothing here, so any will do
  filter.setCheckpointintervalmultiplier(1);
  filter.clearMax();
  return readFilterOptions(new ProtobufReader(filter.serializeBinary())).filter;
}

function revisionOf(text: string): number | "end" {
  return BigInt.asUintN(64, BigInt(text)) === endRevision ? "end" : Number(text);
}

function readSettings(
  settings: Settings,
  startFrom: number | "end",
): Omit<GroupSettings, "liveFrom"> {
  const ofCreation = "getConsumerStrategy" in settings ? settings.getConsumerStrategy() : "";
  const consumerStrategy = ofCreation || strategyNames[settings.getNamedConsumerStrategy()];
  return {
    resolveLinks: settings.getResolveLinks(),
    extraStatistics: settings.getExtraStatistics(),
    messageTimeoutMs: settings.hasMessageTimeoutTicks()
      ? Number(settings.getMessageTimeoutTicks()) / ticksPerMs
      : settings.getMessageTimeoutMs(),
    maxRetryCount: settings.getMaxRetryCount(),
    checkpointAfterMs: settings.hasCheckpointAfterTicks()
      ? Number(settings.getCheckpointAfterTicks()) / ticksPerMs
      : settings.getCheckpointAfterMs(),
    minCheckpointCount: settings.getMinCheckpointCount(),
    maxCheckpointCount: settings.getMaxCheckpointCount(),
    maxSubscriberCount: settings.getMaxSubscriberCount(),
    liveBufferSize: settings.getLiveBufferSize(),
    readBatchSize: settings.getReadBatchSize(),
    historyBufferSize: settings.getHistoryBufferSize(),
    consumerStrategy: consumerStrategy ?? String(settings.getNamedConsumerStrategy()),
    startFrom,
  };
}
