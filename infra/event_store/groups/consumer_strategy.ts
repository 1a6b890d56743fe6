import { contentText } from "../log/stored_event.ts";
import { type Consumer, hasRoom, type Message } from "./message.ts";

/** Chooses who gets a message. "wait": others may go before it; "busy": nobody can take anything. */
export type ConsumerStrategy = (
  message: Message,
  consumers: readonly Consumer[],
) => Consumer | "wait" | "busy";

const strategies: Readonly<Record<string, () => ConsumerStrategy>> = {
  RoundRobin: roundRobin,
  DispatchToSingle: dispatchToSingle,
  Pinned: () => pinned(sourceStream),
  PinnedByCorrelation: () => pinned((message) => correlationId(message) ?? sourceStream(message)),
};

export function isConsumerStrategy(name: string): boolean {
  return Object.hasOwn(strategies, name);
}

/** The strategy of that name, for one group: it remembers whose turn it is. */
export function createConsumerStrategy(name: string): ConsumerStrategy {
  const create = isConsumerStrategy(name) ? strategies[name] : undefined;
  if (!create) throw new RangeError(`Cannot choose consumers by "${name}": no such strategy`);
  return create();
}

/** Each in turn. */
function roundRobin(): ConsumerStrategy {
  let turn = 0;
  return (_message, consumers) => {
    const found = firstWithRoom(consumers, turn);
    if (found === undefined) return "busy";
    turn = found + 1;
    return consumers[found]!;
  };
}

/** One, until it is full. */
function dispatchToSingle(): ConsumerStrategy {
  let current = 0;
  return (_message, consumers) => {
    const found = firstWithRoom(consumers, current);
    if (found === undefined) return "busy";
    current = found;
    return consumers[found]!;
  };
}

/**
 * The same consumer for the same key, while it is there: so its events come one after the other. When one comes or
 * goes, only the keys move that are to be its own, or were.
 */
function pinned(keyOf: (message: Message) => string): ConsumerStrategy {
  return (message, consumers) => {
    if (!consumers.some(hasRoom)) return "busy";
    const key = hashOf(keyOf(message));
    let chosen = consumers[0]!;
    let highest = -1;
    for (const consumer of consumers) {
      const weight = mixed(key ^ mixed(consumer.number));
      if (weight > highest) {
        highest = weight;
        chosen = consumer;
      }
    }
    return hasRoom(chosen) ? chosen : "wait";
  };
}

function firstWithRoom(consumers: readonly Consumer[], from: number): number | undefined {
  for (let step = 0; step < consumers.length; step++) {
    const at = (from + step) % consumers.length;
    if (hasRoom(consumers[at]!)) return at;
  }
  return undefined;
}

/** Of a link that leads nowhere, the stream that it names. */
function sourceStream({ resolved: { event, link } }: Message): string {
  const { stream, type, data } = (event ?? link)!;
  if (type !== "$>") return stream;
  const text = contentText(data);
  return text.slice(text.indexOf("@") + 1);
}

function correlationId({ resolved: { event } }: Message): string | undefined {
  if (!event) return undefined;
  try {
    const metadata: unknown = JSON.parse(contentText(event.metadata));
    const id = (metadata as { $correlationId?: unknown } | null)?.$correlationId;
    return typeof id === "string" ? id : undefined;
  } catch {
    // Metadata can be anything: then it names no correlation.
    return undefined;
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash;
}

/** The last steps of MurmurHash3: every bit of the result depends on all of `value`. */
function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
