import type { Log } from "@headwater/core";
import { z } from "zod";
import { filterOfKey } from "../streams/event_filter.ts";
import type { EventStore } from "../projected/event_store.ts";
import { newestReadable } from "../projected/newest_readable.ts";
import {
  type GroupConfig,
  type GroupSettings,
  placeOf,
  placeText,
  problemOf,
} from "./group_settings.ts";

const stream = "$persistentSubscriptionConfig";
const version = "2";

const count = z.int().min(0);

/** As the original writes it, and two fields of our own. */
const entrySchema = z.object({
  stream: z.string(),
  group: z.string(),
  resolveLinkTos: z.boolean(),
  extraStatistics: z.boolean(),
  messageTimeout: z.number().min(0),
  startPosition: z.string(),
  liveBufferSize: count,
  historyBufferSize: count,
  maxRetryCount: count,
  readBatchSize: count,
  checkPointAfter: z.number().min(0),
  minCheckPointCount: count,
  maxCheckPointCount: count,
  maxSubscriberCount: count,
  namedConsumerStrategy: z.string(),
  /** Without it, what came between creation and a restart before the first checkpoint would be lost. */
  liveFrom: count,
  /** `EventFilter.key`. */
  filterKey: z.string().optional(),
}).readonly();

const documentSchema = z.object({ entries: z.array(entrySchema) });

type ConfigEntry = z.infer<typeof entrySchema>;

const endText = "-1";

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

/** Reads what `saveConfigs` wrote last. */
export async function loadConfigs(
  store: EventStore,
  logger: Log,
): Promise<readonly GroupConfig[]> {
  function read(content: unknown): GroupConfig[] {
    return documentSchema.parse(content).entries.map(fromEntry);
  }
  return await newestReadable(store, stream, { read, logger }) ?? [];
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
  const problem = problemOf(settings);
  if (problem !== undefined) throw new Error(problem);
  const { stream, group, filterKey } = entry;
  return { stream, group, settings, filter: filterKey ? filterOfKey(filterKey) : undefined };
}
