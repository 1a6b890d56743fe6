import { GroupError } from "../groups/group_error.ts";
import type { GroupRequest as RequestedGroup } from "../groups/group_registry.ts";
import { wholeLog } from "../groups/group_settings.ts";
import type { EventFilter } from "../streams/event_filter.ts";
import { requestedFilter } from "./filter_options.ts";
import type {
  GroupRequest,
  GroupRequest_FilterOptions,
  GroupRequest_Options,
  GroupRequest_Settings,
} from "./messages_pb.ts";
import { invalidArgument } from "./stream_errors.ts";
import { wholeLogByName } from "./subscription_errors.ts";

type Source = {
  readonly stream: string;
  readonly startFrom: number | "end";
  readonly filter: EventFilter | undefined;
};

const endRevision = 2n ** 64n - 1n;
const ticksPerMs = 10_000;
const strategyNames = ["DispatchToSingle", "RoundRobin", "Pinned"];

/** Errors: `GrpcError` for what cannot be understood, `GroupError` for what no group can be. */
export function readGroupRequest({ options }: GroupRequest): RequestedGroup {
  const settings = options?.settings;
  if (!options || !settings) throw invalidArgument("its settings are missing");
  const source = readSource(options, settings);
  const name = { stream: source.stream, group: options.groupName };
  if (name.group === "") throw invalidArgument("the group's name is empty");
  if (name.stream.includes("\0") || name.group.includes("\0")) {
    throw invalidArgument("a name contains U+0000");
  }
  if (name.stream === "") throw new GroupError("failed", name, "The stream's name is empty");
  if (name.stream === wholeLog && options.source.case !== "all") throw wholeLogByName(name);
  return { name, settings: readSettings(settings, source.startFrom), filter: source.filter };
}

function readSource(options: GroupRequest_Options, settings: GroupRequest_Settings): Source {
  const { source } = options;
  if (source.case === "all") {
    const { from, filter } = source.value;
    if (!from.case) throw invalidArgument("it says neither position nor start nor end");
    return {
      stream: wholeLog,
      startFrom: from.case === "end"
        ? "end"
        : from.case === "position"
        ? Number(from.value.commitPosition)
        : 0,
      filter: filter && readFilter(filter),
    };
  }
  const name = (source.value?.streamIdentifier ?? options.streamIdentifier)?.streamName;
  if (!name) throw invalidArgument("it says neither stream nor all");
  const from = source.value?.from;
  if (from && !from.case) throw invalidArgument("it says neither revision nor start nor end");
  const startFrom = from?.case === "end"
    ? "end"
    : from?.case === "start"
    ? 0
    : revisionOf(from?.value ?? settings.revision);
  return { stream: new TextDecoder().decode(name), startFrom, filter: undefined };
}

/** How often a reader is told its position means nothing here. */
function readFilter({ by }: GroupRequest_FilterOptions): EventFilter {
  if (!by.case) throw invalidArgument("the filter says neither stream nor event type");
  const { regex, prefix: prefixes } = by.value;
  return requestedFilter(by.case === "eventType" ? "type" : "stream", { regex, prefixes });
}

function revisionOf(revision: bigint): number | "end" {
  return revision === endRevision ? "end" : Number(revision);
}

function readSettings(
  settings: GroupRequest_Settings,
  startFrom: number | "end",
): RequestedGroup["settings"] {
  const { messageTimeout, checkpointAfter, namedConsumerStrategy: strategy } = settings;
  return {
    resolveLinks: settings.resolveLinks,
    extraStatistics: settings.extraStatistics,
    messageTimeoutMs: messageTimeout.case === "messageTimeoutTicks"
      ? Number(messageTimeout.value) / ticksPerMs
      : messageTimeout.value ?? 0,
    maxRetryCount: settings.maxRetryCount,
    checkpointAfterMs: checkpointAfter.case === "checkpointAfterTicks"
      ? Number(checkpointAfter.value) / ticksPerMs
      : checkpointAfter.value ?? 0,
    minCheckpointCount: settings.minCheckpointCount,
    maxCheckpointCount: settings.maxCheckpointCount,
    maxSubscriberCount: settings.maxSubscriberCount,
    liveBufferSize: settings.liveBufferSize,
    readBatchSize: settings.readBatchSize,
    historyBufferSize: settings.historyBufferSize,
    consumerStrategy: settings.consumerStrategy || (strategyNames[strategy] ?? String(strategy)),
    startFrom,
  };
}
