import type { Side } from "./side_of.ts";

/** An answer, or what came instead of one. */
export type NotedAnswer = {
  readonly side: Side;
  /** Under which setting of the route it was asked for. */
  readonly setting: number;
  /** 5xx, too late, or refused by a breaker; not what the client got wrong. */
  readonly isError: boolean;
  /** Undefined: it was not asked for at all. */
  readonly ms?: number | undefined;
};

/** What a side has answered within the window. */
export type Figures = {
  readonly answers: number;
  readonly errors: number;
  /** Milliseconds, to 2 %; undefined: too few to say. */
  readonly p95?: number | undefined;
};

/** Why the new side is found worse. */
export type Worse = {
  readonly new: Figures;
  readonly legacy: Figures;
  readonly why: "errors" | "p95";
};

const windowMs = 60_000;
const slotMs = 5_000;
const leastAnswers = 100;
/** The 95th of fewer is one of the slowest two, which says nothing. */
const leastTimed = 20;
const moreErrors = 0.02;
const timesSlower = 1.5;
/** Below this nobody notices, and what else the machine does decides. */
const leastSlowerMs = 10;
/** Sums over the window cost something: slow answers wait so long until they are judged, errors do not. */
const judgedEveryMs = 250;

/** Each bin is 2 % longer than the one before: 0.1 ms to a minute. */
const [firstMs, growth, bins] = [0.1, 1.02, 680];

type Tally = { answers: number; errors: number; timed: number; readonly times: Uint32Array };
type Slot = { readonly since: number; readonly legacy: Tally; readonly new: Tally };

/**
 * Compares what both sides of a route have answered within the last minute, under one setting of it. `note` gives what
 * makes the new side the worse one: of at least 100 answers more than 2 points more errors than the legacy side has, or
 * a 95th percentile of more than one and a half times that of the legacy side, and 10 ms more.
 */
export function answerWindow({ now }: { now(): number }): {
  note(answer: NotedAnswer): Worse | undefined;
} {
  let slots: Slot[] = [];
  let setting = -1;
  let judgedAt = -Infinity;

  function current(): Slot {
    const time = now();
    if (slots.length > 0 && time - slots[0]!.since >= windowMs) {
      slots = slots.filter(({ since }) => time - since < windowMs);
    }
    const newest = slots.at(-1);
    if (newest && time - newest.since < slotMs) return newest;
    const opened = { since: time, legacy: emptyTally(), new: emptyTally() };
    slots.push(opened);
    return opened;
  }

  function sum(side: Side, what: "answers" | "errors" | "timed"): number {
    let sum = 0;
    for (const slot of slots) sum += slot[side][what];
    return sum;
  }

  function p95(side: Side): number | undefined {
    const timed = sum(side, "timed");
    if (timed < leastTimed) return undefined;
    let above = Math.floor(timed * 0.05);
    for (let bin = bins - 1; bin >= 0; bin--) {
      for (const slot of slots) above -= slot[side].times[bin]!;
      if (above < 0) return firstMs * growth ** bin;
    }
    return undefined;
  }

  function figures(side: Side): Figures {
    return { answers: sum(side, "answers"), errors: sum(side, "errors"), p95: p95(side) };
  }

  function whyWorse(): Worse["why"] | undefined {
    const answers = sum("new", "answers");
    if (answers < leastAnswers) return undefined;
    const legacyAnswers = sum("legacy", "answers");
    const legacyRate = legacyAnswers === 0 ? 0 : sum("legacy", "errors") / legacyAnswers;
    if (sum("new", "errors") / answers > legacyRate + moreErrors) return "errors";
    if (now() - judgedAt < judgedEveryMs) return undefined;
    judgedAt = now();
    const [usual, found] = [p95("legacy"), p95("new")];
    if (usual === undefined || found === undefined) return undefined;
    return found > timesSlower * usual && found - usual > leastSlowerMs ? "p95" : undefined;
  }

  return {
    note(answer) {
      if (answer.setting < setting) return undefined;
      if (answer.setting > setting) {
        slots = [];
        judgedAt = -Infinity;
        setting = answer.setting;
      }
      const tally = current()[answer.side];
      tally.answers++;
      if (answer.isError) tally.errors++;
      if (answer.ms !== undefined) {
        tally.timed++;
        tally.times[binOf(answer.ms)]!++;
      }
      const why = answer.side === "new" ? whyWorse() : undefined;
      return why && { new: figures("new"), legacy: figures("legacy"), why };
    },
  };
}

function emptyTally(): Tally {
  return { answers: 0, errors: 0, timed: 0, times: new Uint32Array(bins) };
}

function binOf(ms: number): number {
  const bin = Math.floor(Math.log(ms / firstMs) / Math.log(growth));
  return Math.min(bins - 1, Math.max(0, bin));
}
