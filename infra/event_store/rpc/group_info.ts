import persistent from "@eventstore/db-client/generated/persistent_pb.js";
import type { GroupConnection } from "../groups/group_connection.ts";
import { placeText, wholeLog } from "../groups/group_settings.ts";
import type { SubscriptionGroup } from "../groups/subscription_group.ts";

export type SubscriptionInfo = InstanceType<typeof persistent.SubscriptionInfo>;

/** What clients are told about a group. Counts "since the last measurement" begin anew. */
export async function groupInfo(group: SubscriptionGroup): Promise<SubscriptionInfo> {
  const { config, delivery, lastKnown, checkpoints: { written } } = group;
  const { stream, settings } = config;
  const { buffered, retries, outstanding, sent } = delivery.counts;
  function text(place: number | undefined): string {
    return place === undefined ? "" : placeText(stream, place);
  }
  const connections = Array.from(group.connections, connectionInfo);
  const inFlight = connections.reduce((sum, each) => sum + each.getInFlightMessages(), 0);
  const since = connections.reduce(
    (sum, each) => sum + Number(each.getCountSinceLastMeasurement()),
    0,
  );
  const info = new persistent.SubscriptionInfo();
  info.setEventSource(stream);
  info.setGroupName(config.group);
  info.setStatus(group.status);
  info.setConnectionsList(connections);
  info.setAveragePerSecond(Math.round(sent / Math.max(1, group.runsForMs / 1000)));
  info.setTotalItems(String(sent));
  info.setCountSinceLastMeasurement(String(since));
  info.setLastCheckpointedEventPosition(text(written));
  info.setLastKnownEventPosition(text(lastKnown));
  info.setResolveLinkTos(settings.resolveLinks);
  info.setStartFrom(startText(stream, settings.startFrom));
  info.setMessageTimeoutMilliseconds(settings.messageTimeoutMs);
  info.setExtraStatistics(settings.extraStatistics);
  info.setMaxRetryCount(settings.maxRetryCount);
  info.setLiveBufferSize(settings.liveBufferSize);
  info.setBufferSize(settings.historyBufferSize);
  info.setReadBatchSize(settings.readBatchSize);
  info.setCheckPointAfterMilliseconds(settings.checkpointAfterMs);
  info.setMinCheckPointCount(settings.minCheckpointCount);
  info.setMaxCheckPointCount(settings.maxCheckpointCount);
  info.setReadBufferCount(buffered);
  info.setLiveBufferCount(String(Math.min(group.liveCount, settings.liveBufferSize)));
  info.setRetryBufferCount(retries);
  info.setTotalInFlightMessages(inFlight);
  info.setOutstandingMessagesCount(outstanding);
  info.setNamedConsumerStrategy(settings.consumerStrategy);
  info.setMaxSubscriberCount(settings.maxSubscriberCount);
  info.setParkedMessageCount(String(await group.parked.count()));
  return info;
}

function connectionInfo(
  { client, consumer, statistics }: GroupConnection,
): InstanceType<typeof persistent.SubscriptionInfo.ConnectionInfo> {
  const info = new persistent.SubscriptionInfo.ConnectionInfo();
  info.setFrom(client.peer);
  info.setUsername("system");
  info.setConnectionName(client.name ?? "<unknown>");
  info.setAverageItemsPerSecond(statistics.averagePerSecond);
  info.setTotalItems(String(statistics.total));
  info.setCountSinceLastMeasurement(String(statistics.takeCount()));
  info.setAvailableSlots(consumer.bufferSize - consumer.inFlight.size);
  info.setInFlightMessages(consumer.inFlight.size);
  for (const [name, ms] of statistics.measurements()) {
    const measurement = new persistent.SubscriptionInfo.Measurement();
    measurement.setKey(name);
    measurement.setValue(String(ms));
    info.addObservedMeasurements(measurement);
  }
  return info;
}

function startText(stream: string, startFrom: number | "end"): string {
  if (startFrom !== "end") return placeText(stream, startFrom);
  return stream === wholeLog ? "C:-1/P:-1" : "-1";
}
