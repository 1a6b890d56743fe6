import { eventLog } from "@headwater/core";

type Batch = {
  readonly events: readonly number[];
  readonly last: number;
  readonly caughtUp: boolean;
  /** The reader has come no further than this one, or nowhere. */
  stopAt(position: number | undefined): void;
};

type Taking = { readonly limit: number; readonly until: number | undefined };

/** A log, and the subscription of its one reader. Another log may take its place, which ends the subscription. */
export function worldLog() {
  let head = 0;
  let name = "log-1";
  let cursor = 0;
  let isCaughtUp = false;
  let subscription: "good" | "over" | "refused" = "over";
  return {
    get head() {
      return head;
    },
    get name() {
      return name;
    },
    append: (count: number) => void (head += count),
    put(other: string) {
      if (name !== other) subscription = "over";
      name = other;
    },
    markAt(position: number | undefined): eventLog.LogMark | undefined {
      return position === undefined ? undefined : { log: name, position, id: String(position) };
    },
    subscribe(after: eventLog.LogMark | number | undefined) {
      cursor = eventLog.positionOf(after) ?? 0;
      subscription = typeof after === "object" && after.log !== name ? "refused" : "good";
      isCaughtUp = false;
    },
    /** Undefined: there is nothing to read now. */
    take({ limit, until = Infinity }: Taking): Batch | "over" | "refused" | undefined {
      if (subscription !== "good") return subscription;
      if (cursor === head && isCaughtUp) return undefined;
      const before = cursor;
      const last = Math.min(head, until, cursor + limit, cursor + 7);
      const events = Array.from({ length: last - cursor }, (_, index) => before + index + 1);
      cursor = last;
      isCaughtUp = last === head;
      return {
        events,
        last,
        caughtUp: isCaughtUp,
        stopAt: (position) => void (cursor = position ?? before),
      };
    },
  };
}

export type WorldLog = ReturnType<typeof worldLog>;
