import type { MessageInitShape } from "@bufbuild/protobuf";
import type { GroupConnection } from "../groups/group_connection.ts";
import { placeText, wholeLog } from "../groups/group_settings.ts";
import type { SubscriptionGroup } from "../groups/subscription_group.ts";
import type { GroupInfo_ConnectionSchema, GroupInfoSchema } from "./messages_pb.ts";

type GroupInfo = MessageInitShape<typeof GroupInfoSchema>;

/** What clients are told about a group. Counts "since the last measurement" begin anew. */
export async function groupInfo(group: SubscriptionGroup): Promise<GroupInfo> {
  const { config, delivery, lastKnown, checkpoints: { written } } = group;
  const { stream, settings } = config;
  const { buffered, retries, outstanding, sent } = delivery.counts;
  function text(place: number | undefined): string {
    return place === undefined ? "" : placeText(stream, place);
  }
  const connections = Array.from(group.connections, connectionInfo);
  return {
    eventSource: stream,
    groupName: config.group,
    status: group.status,
    connections,
    averagePerSecond: int32(sent / Math.max(1, group.runsForMs / 1000)),
    totalItems: BigInt(sent),
    countSinceLastMeasurement: connections.reduce(
      (sum, each) => sum + each.countSinceLastMeasurement,
      0n,
    ),
    lastCheckpointedEventPosition: text(written),
    lastKnownEventPosition: text(lastKnown),
    resolveLinkTos: settings.resolveLinks,
    startFrom: startText(stream, settings.startFrom),
    messageTimeoutMilliseconds: int32(settings.messageTimeoutMs),
    extraStatistics: settings.extraStatistics,
    maxRetryCount: settings.maxRetryCount,
    liveBufferSize: settings.liveBufferSize,
    bufferSize: settings.historyBufferSize,
    readBatchSize: settings.readBatchSize,
    checkPointAfterMilliseconds: int32(settings.checkpointAfterMs),
    minCheckPointCount: settings.minCheckpointCount,
    maxCheckPointCount: settings.maxCheckpointCount,
    readBufferCount: buffered,
    liveBufferCount: BigInt(Math.min(group.liveCount, settings.liveBufferSize)),
    retryBufferCount: retries,
    totalInFlightMessages: connections.reduce((sum, each) => sum + each.inFlightMessages, 0),
    outstandingMessagesCount: outstanding,
    namedConsumerStrategy: settings.consumerStrategy,
    maxSubscriberCount: settings.maxSubscriberCount,
    parkedMessageCount: BigInt(await group.parked.count()),
  };
}

function connectionInfo({ client, consumer, statistics }: GroupConnection) {
  return {
    from: client.peer,
    username: "system",
    connectionName: client.name ?? "<unknown>",
    averageItemsPerSecond: statistics.averagePerSecond,
    totalItems: BigInt(statistics.total),
    countSinceLastMeasurement: BigInt(statistics.takeCount()),
    availableSlots: consumer.bufferSize - consumer.inFlight.size,
    inFlightMessages: consumer.inFlight.size,
    observedMeasurements: statistics.measurements().map(([key, duration]) => ({
      key,
      value: BigInt(duration),
    })),
  } satisfies MessageInitShape<typeof GroupInfo_ConnectionSchema>;
}

/** A client may give a time that is no whole number of milliseconds, or more of them than this holds. */
function int32(value: number): number {
  return Math.min(Math.round(value), 2 ** 31 - 1);
}

function startText(stream: string, startFrom: number | "end"): string {
  if (startFrom !== "end") return placeText(stream, startFrom);
  return stream === wholeLog ? "C:-1/P:-1" : "-1";
}
