import { type EventLog, eventLog, type Log, type Recorded, time } from "@headwater/core";
import type { LiveSource } from "./live_channel.ts";

/** What came in the last minute, by service. */
export type FlowRates = {
  /** Events of each of the last sixty seconds, the oldest first. */
  readonly seconds: readonly number[];
  /** Of the last minute, by service; most first. */
  readonly byService: readonly { readonly service: string; readonly events: number }[];
};

/** What is told of the log as it grows. */
export type FlowTold = {
  /** The newest first; of many, only the last. */
  rows(events: readonly Recorded[]): void;
  rates(rates: FlowRates): void;
  /** Something was appended. */
  moved(): void;
};

/** Of what comes between two times of telling, more could not be read. */
export const mostRows = 40;
const secondsKept = 60;
const mostRecent = 1_000;
const tellEveryMs = 500;
/** A bar is a second. */
const ratesEveryMs = 1_000;
const movedEveryMs = 2_000;
/** Where more comes than is told nobody reads it row by row: so much less it is told. */
const busyEveryMs = 2_000;
/** A log that is written to all the time is looked at so often, and not at every append. */
const gatherMs = 250;

/** Counts events by second and service. */
export function flowCounter(serviceOf: (stream: string) => string): {
  note(stream: string, atMs: number): void;
  rates(atMs: number): FlowRates;
} {
  const counts = new Map<number, Map<string, number>>();
  function forget(second: number): void {
    for (const kept of counts.keys()) if (kept <= second - secondsKept) counts.delete(kept);
  }
  return {
    note(stream, atMs) {
      const second = Math.floor(atMs / 1_000);
      const own = counts.get(second) ?? new Map<string, number>();
      counts.set(second, own);
      const service = serviceOf(stream);
      own.set(service, (own.get(service) ?? 0) + 1);
    },
    rates(atMs) {
      const second = Math.floor(atMs / 1_000);
      forget(second);
      const byService = new Map<string, number>();
      const seconds = Array.from({ length: secondsKept }, (_, index) => {
        let sum = 0;
        for (const [service, events] of counts.get(second - secondsKept + 1 + index) ?? []) {
          sum += events;
          byService.set(service, (byService.get(service) ?? 0) + events);
        }
        return sum;
      });
      return {
        seconds,
        byService: [...byService].map(([service, events]) => ({ service, events }))
          .sort((one, other) => other.events - one.events),
      };
    },
  };
}

/** Counts what came in the last minute before anybody looked, of a great many the last; gives where to go on. */
async function fromHead(
  log: Pick<EventLog, "head" | "readAll">,
  { counter, now, signal }: {
    readonly counter: ReturnType<typeof flowCounter>;
    now(): number;
    readonly signal: AbortSignal;
  },
): Promise<Pick<eventLog.SubscribeOptions, "after">> {
  const head = await log.head();
  if (head === undefined) return {};
  const start = { after: head };
  const options = { direction: "backwards", after: head + 1, limit: mostRecent, signal } as const;
  for await (const page of log.readAll(options)) {
    for (const { stream, recordedAt } of page) {
      const at = Date.parse(recordedAt);
      if (now() - at > secondsKept * 1_000) return start;
      counter.note(stream, at);
    }
  }
  return start;
}

/** Follows the log once for all open pages, and tells of it twice a second at most; of a busy one less often. */
export function eventFlow(
  { log, logger, serviceOf, now, told, clock = time.realClock }: {
    readonly log: Pick<EventLog, "head" | "readAll" | "subscribe">;
    readonly logger: Log;
    serviceOf(stream: string): string;
    now(): number;
    readonly told: FlowTold;
    readonly clock?: time.Clock;
  },
): LiveSource {
  async function follow(signal: AbortSignal): Promise<void> {
    const counter = flowCounter(serviceOf);
    let rows: Recorded[] = [];
    /** So many have come since rows were told. */
    let came = 0;
    let rowsAt = -Infinity;
    let ratesAt = -Infinity;
    let movedAt = -Infinity;
    let busyAt = now();

    function tell(): void {
      const at = now();
      if (came > 0) busyAt = at;
      if (came > 0 && (came <= mostRows || at - rowsAt >= busyEveryMs)) {
        told.rows(rows.toReversed());
        rows = [];
        came = 0;
        rowsAt = at;
      }
      // Also as it goes down to nothing
      if (at - busyAt <= (secondsKept + 1) * 1_000 && at - ratesAt >= ratesEveryMs) {
        ratesAt = at;
        told.rates(counter.rates(at));
      }
      if (rowsAt > movedAt && at - movedAt >= movedEveryMs) {
        movedAt = at;
        told.moved();
      }
    }
    let cancel = clock.after(tellEveryMs, function again() {
      tell();
      cancel = clock.after(tellEveryMs, again);
    });
    let start: Pick<eventLog.SubscribeOptions, "after"> | undefined;
    for (let failures = 0; !signal.aborted;) {
      try {
        start ??= await fromHead(log, { counter, now, signal });
        for await (const batch of log.subscribe({ ...start, signal })) {
          const { events, position, mark, caughtUp } = batch;
          for (const { stream } of events) counter.note(stream, now());
          rows = [...rows, ...events.slice(-mostRows)].slice(-mostRows);
          came += events.length;
          start = { after: mark ?? position };
          failures = 0;
          if (caughtUp) await time.pause(gatherMs, { signal, clock });
        }
      } catch (error) {
        logger.debug("Cannot follow the log for the console, trying again", { error });
        // Another log: what happens there is told from now on
        if (error instanceof eventLog.ForeignPosition) start = undefined;
        await time.pause(time.backOffMs(++failures, { random: Math.random }), { signal, clock });
      }
    }
    cancel();
  }
  return { messages: ["flow", "rates", "moved"], run: (signal) => void follow(signal) };
}
