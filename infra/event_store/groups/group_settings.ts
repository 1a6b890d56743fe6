import { revisionText, tombstoneRevision } from "../log/stored_event.ts";
import type { EventFilter } from "../streams/event_filter.ts";
import { isConsumerStrategy } from "./consumer_strategy.ts";
import type { DeliverySettings } from "./delivery.ts";
import type { GroupName } from "./group_error.ts";

/** What can be changed about a group once it is there. */
export type GroupSettings = DeliverySettings & {
  readonly resolveLinks: boolean;
  readonly extraStatistics: boolean;
  readonly liveBufferSize: number;
  /** So many events are read at a time; 0: `defaultReadBatch`. */
  readonly readBatchSize: number;
  /** 0: any number. */
  readonly maxSubscriberCount: number;
  /** The first revision or position; where there is a checkpoint, that counts instead. */
  readonly startFrom: number | "end";
  /** For "end": the first place after what was there as that was said. */
  readonly liveFrom: number;
};

/** A group of consumers that share the events of a source. */
export type GroupConfig = GroupName & {
  readonly settings: GroupSettings;
  /** Of a group on the whole log. */
  readonly filter: EventFilter | undefined;
};

/** A stream cannot be called that: it stands for the whole log. */
export const wholeLog = "$all";

/** What the original reads at a time where nothing is said. */
const defaultReadBatch = 20;

/** How many events are read at a time: no more than there is room for. */
export function readBatchOf({ readBatchSize, historyBufferSize }: GroupSettings): number {
  return readBatchSize || Math.min(defaultReadBatch, historyBufferSize);
}

/** The group's id, to clients as well. */
export function subscriptionId({ stream, group }: GroupName): string {
  return `${stream}::${group}`;
}

/** Where a group keeps what it has to remember. */
export function stateStream(name: GroupName, part: "checkpoint" | "parked"): string {
  return `$persistentsubscription-${subscriptionId(name)}-${part}`;
}

/** Why a group cannot have these settings; undefined: it can. */
export function problemOf(settings: Omit<GroupSettings, "liveFrom">): string | undefined {
  const { consumerStrategy, readBatchSize, historyBufferSize } = settings;
  if (!isConsumerStrategy(consumerStrategy)) {
    return `Consumer strategy ${consumerStrategy} does not exist.`;
  }
  for (const [setting, value] of Object.entries(settings)) {
    if (typeof value === "number" && value < 0) return `${setting} may not be negative`;
  }
  if (readBatchSize >= historyBufferSize) {
    return "readBatchSize may not be greater than or equal to historyBufferSize";
  }
  return undefined;
}

/** The name by which clients know a place in a source. */
export function placeText(stream: string, place: number): string {
  return stream === wholeLog ? `C:${place}/P:${place}` : revisionText(place);
}

/** Reads `placeText`, and what older servers wrote; undefined: it is no place. */
export function placeOf(text: unknown): number | undefined {
  const digits = /^(?:C:(\d+)\/P:\d+|(\d+))$/.exec(String(text));
  return digits ? Math.min(Number(digits[1] ?? digits[2]), tombstoneRevision) : undefined;
}
