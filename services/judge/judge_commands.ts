import type { Evidence } from "./evidence.ts";
import type { PlainEvent } from "./plain_event.ts";
import type { Acknowledged } from "./shop_client.ts";
import { count, type Verdict, verdict } from "./verdict.ts";

/** 1. Every acknowledged command's events are in the log, once. */
export function judgeCommands({ events, acknowledged }: Evidence): Verdict {
  const streams = Map.groupBy(events, ({ stream }) => stream);
  const offenders = acknowledged.flatMap((command) => {
    const objection = objectionTo(command, streams.get(command.stream) ?? []);
    return objection === undefined ? [] : [`${command.event} of "${command.stream}" ${objection}`];
  });
  for (const [stream, own] of streams) {
    const gap = own.findIndex(({ revision }, index) => revision !== index);
    if (gap !== -1) offenders.push(`"${stream}" has no revision ${gap}`);
    const ids = new Set(own.map(({ id }) => id));
    if (ids.size < own.length) offenders.push(`"${stream}" has the same event twice`);
  }
  return verdict("every acknowledged command is in the log, once", {
    counted: `${count(acknowledged.length, "command")}, ${count(events.length, "event")}`,
    offenders,
  });
}

function objectionTo(
  { key, event: type, revision, position }: Acknowledged,
  stream: readonly PlainEvent[],
): string | undefined {
  const acknowledged = stream.find((event) => event.revision === revision);
  if (acknowledged?.position !== position) {
    return `is not at revision ${revision}, position ${position}`;
  }
  const own = stream.filter((event) =>
    event.type === type && event.metadata.$correlationId === key
  );
  if (own.length > 1) return `happened ${own.length} times`;
  if (own.length === 1) {
    return own[0] === acknowledged ? undefined : `is at revision ${own[0]?.revision}`;
  }
  // The wish had been fulfilled already. Goods that are received add to those that were.
  const fulfilled = stream.some((event) => event.type === type && event.revision <= revision);
  return fulfilled && type !== "StockReceived" ? undefined : "is missing";
}
