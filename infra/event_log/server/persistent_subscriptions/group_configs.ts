import persistent from "@eventstore/db-client/generated/persistent_pb.js";
import type { Log } from "@headwater/shared/ports/log";
import { contentText } from "../../stored_event.ts";
import { type EventFilter, readFilterOptions } from "../event_filter.ts";
import type { EventStore } from "../event_store.ts";
import { ProtobufReader } from "../protobuf_reader.ts";
import type { GroupConfig, GroupSettings } from "./group_settings.ts";
import { placeOf, placeText } from "./group_settings.ts";

const stream = "$persistentSubscriptionConfig";
const version = "2";

/** As the original writes it, and two fields of our own. */
type ConfigEntry = {
  readonly stream: string;
  readonly group: string;
  readonly resolveLinkTos: boolean;
  readonly extraStatistics: boolean;
  readonly messageTimeout: number;
  readonly startPosition: string;
  readonly liveBufferSize: number;
  readonly historyBufferSize: number;
  readonly maxRetryCount: number;
  readonly readBatchSize: number;
  readonly checkPointAfter: number;
  readonly minCheckPointCount: number;
  readonly maxCheckPointCount: number;
  readonly maxSubscriberCount: number;
  readonly namedConsumerStrategy: string;
  /** Without it, what came between creation and a restart before the first checkpoint would be lost. */
  readonly liveFrom: number;
  /** `EventFilter.key`. */
  readonly filterKey?: string;
};

type ConfigDocument = { readonly entries: readonly ConfigEntry[] };

const endText = "-1";
/** So many of the newest events, in search of one that can be read. */
const lookedAt = 32;

/** Writes down which groups there are: all of them, each time. */
export async function saveConfigs(
  store: EventStore,
  configs: Iterable<GroupConfig>,
): Promise<void> {
  const document = {
    version,
    updated: store.now().toISOString(),
    updatedBy: "system",
    entries: Array.from(configs, toEntry),
  };
  const data = JSON.stringify(document);
  await store.appendInternal(stream, [{ type: "$PersistentConfig", data }]);
}

/** Reads what `saveConfigs` wrote last. Anybody can write to the stream: what is something else is passed over. */
export async function loadConfigs(
  store: EventStore,
  logger: Log,
): Promise<readonly GroupConfig[]> {
  const range = { direction: "backwards", from: Infinity, limit: lookedAt } as const;
  const { events } = await store.readStream(stream, range);
  for (const { data, revision } of events) {
    try {
      return (JSON.parse(contentText(data)) as ConfigDocument).entries.map(fromEntry);
    } catch (error) {
      logger.warn("Persistent subscriptions are not described by an event", {
        stream,
        revision,
        error,
      });
    }
  }
  return [];
}

function toEntry({ stream, group, settings, filter }: GroupConfig): ConfigEntry {
  const { startFrom } = settings;
  return {
    stream,
    group,
    resolveLinkTos: settings.resolveLinks,
    extraStatistics: settings.extraStatistics,
    messageTimeout: settings.messageTimeoutMs,
    startPosition: startFrom === "end" ? endText : placeText(stream, startFrom),
    liveBufferSize: settings.liveBufferSize,
    historyBufferSize: settings.historyBufferSize,
    maxRetryCount: settings.maxRetryCount,
    readBatchSize: settings.readBatchSize,
    checkPointAfter: settings.checkpointAfterMs,
    minCheckPointCount: settings.minCheckpointCount,
    maxCheckPointCount: settings.maxCheckpointCount,
    maxSubscriberCount: settings.maxSubscriberCount,
    namedConsumerStrategy: settings.consumerStrategy,
    liveFrom: settings.liveFrom,
    ...(filter && { filterKey: filter.key }),
  };
}

function fromEntry(entry: ConfigEntry): GroupConfig {
  const settings: GroupSettings = {
    resolveLinks: entry.resolveLinkTos,
    extraStatistics: entry.extraStatistics,
    messageTimeoutMs: entry.messageTimeout,
    maxRetryCount: entry.maxRetryCount,
    checkpointAfterMs: entry.checkPointAfter,
    minCheckpointCount: entry.minCheckPointCount,
    maxCheckpointCount: entry.maxCheckPointCount,
    maxSubscriberCount: entry.maxSubscriberCount,
    liveBufferSize: entry.liveBufferSize,
    readBatchSize: entry.readBatchSize,
    historyBufferSize: entry.historyBufferSize,
    consumerStrategy: entry.namedConsumerStrategy,
    startFrom: entry.startPosition === endText ? "end" : placeOf(entry.startPosition) ?? 0,
    liveFrom: entry.liveFrom,
  };
  const { stream, group, filterKey } = entry;
  return { stream, group, settings, filter: filterKey ? filterOf(filterKey) : undefined };
}

/** Goes the way of a client's request, so that it comes to the same filter. */
function filterOf(key: string): EventFilter {
  const [by, regex, prefixes] = JSON.parse(key) as [EventFilter["by"], string, string[]];
  const expression = new persistent.CreateReq.AllOptions.FilterOptions.Expression();
  expression.setRegex(regex);
  expression.setPrefixList(prefixes);
  const options = new persistent.CreateReq.AllOptions.FilterOptions();
  if (by === "stream") options.setStreamIdentifier(expression);
  else options.setEventType(expression);
  options.setCheckpointintervalmultiplier(1);
  return readFilterOptions(new ProtobufReader(options.serializeBinary())).filter;
}
