import { sliceCount } from "./slice.ts";

/** What a process has of the slices of a process manager, by its own clock. */
export type HeldSlices = {
  readonly slices: readonly number[];
  /** From then on they may be another's: milliseconds of the process's clock. */
  readonly until: number;
  /** Those that it works for no more, and has not given back yet. */
  readonly giving: readonly number[];
  /** Processes that share them, as it was told last; this one counts. */
  readonly sharers: number;
};

/** What a process is told of its leases. */
export type LeaseNews =
  | {
    readonly type: "answered";
    /** When it was asked: the lease began later. */
    readonly askedAt: number;
    readonly now: number;
    /** Those that it has by the records. */
    readonly held: readonly number[];
    readonly sharers: number;
  }
  /** Time has passed. */
  | { readonly type: "waited"; readonly now: number };

/** What becomes of what it has, and which slices it is to begin with and to end. */
export type SlicesMove = {
  readonly held: HeldSlices;
  readonly gained: readonly number[];
  readonly lost: readonly number[];
};

/** A lease by PostgreSQL's clock: who says nothing for so long has lost it. */
export const leaseMs = 4_000;
/** By its own clock a process ends so much earlier: what it drives has to end, and clocks do not run alike. */
const marginMs = 500;

export const noSlices: HeldSlices = { slices: [], until: -Infinity, giving: [], sharers: 1 };

/** What follows from news of its leases. A process works only for what it keeps, and gives back what is more than its share. */
export function moveSlices(before: HeldSlices, news: LeaseNews): SlicesMove {
  const held = news.type === "answered" ? toldOf(news) : before;
  const isOver = news.now >= held.until;
  const slices = isOver ? [] : held.slices;
  return {
    held: { ...held, slices },
    gained: slices.filter((slice) => !before.slices.includes(slice)),
    lost: before.slices.filter((slice) => !slices.includes(slice)),
  };
}

/** How many slices one of so many processes may have. */
export function fairShare(sharers: number): number {
  return Math.ceil(sliceCount / Math.max(1, sharers));
}

function toldOf(
  { askedAt, held, sharers }: Extract<LeaseNews, { readonly type: "answered" }>,
): HeldSlices {
  const share = fairShare(sharers);
  return {
    slices: held.slice(0, share),
    until: askedAt + leaseMs - marginMs,
    giving: held.slice(share),
    sharers,
  };
}
