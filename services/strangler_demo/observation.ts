/** Which system answered. */
export type Side = "legacy" | "new";

/** What came of one request of the load. */
export type Observation = {
  /** `listing`: a new product; `pricing`: a new price. */
  readonly kind: "reading" | "listing" | "pricing";
  /** The customer who asked. */
  readonly subject: string;
  readonly sku: string;
  /** 0: there was no answer. */
  readonly status: number;
  /** Of a problem document: what was wrong, and whose limit it was; undefined: the answer is none. */
  readonly problem?: string | undefined;
  /** By `X-Served-By`; undefined: the answer says nothing of it. */
  readonly side: Side | undefined;
  /** Somebody had written the product, which stays with the side that took it. */
  readonly isWritten: boolean;
  /** What is wrong beside the status; undefined: nothing. */
  readonly objection?: string | undefined;
  /** When it was sent, by `performance.now()`. */
  readonly at: number;
  readonly ms: number;
};

/** What was so between two decisions. */
export type Step = {
  readonly title: string;
  /** How many per cent of the customers the new side is to have; undefined: it changes in the middle. */
  readonly percent: number | undefined;
  /** From when the decision was in force until the next one was begun, by `performance.now()`. */
  readonly from: number;
  readonly to: number;
  /** What came of it, in words. */
  readonly outcome: string;
};

/** Of the step after the broken release. */
export const rolledBackTitle = "0 %, rolled back";

/** Of all that happened, what was sent during a step. */
export function during(
  { from, to }: Pick<Step, "from" | "to">,
  observations: readonly Observation[],
): readonly Observation[] {
  return observations.filter(({ at }) => at >= from && at < to);
}

export function isFailed({ status, objection }: Observation): boolean {
  return status < 200 || status > 299 || objection !== undefined;
}

/** The customers who were served, by side: those who read what nobody had written, so that nothing but the share decides. */
export function subjectsOf(observations: readonly Observation[]): {
  readonly legacy: ReadonlySet<string>;
  readonly new: ReadonlySet<string>;
} {
  const found = { legacy: new Set<string>(), new: new Set<string>() };
  for (const { kind, side, isWritten, subject } of observations) {
    if (kind === "reading" && side && !isWritten) found[side].add(subject);
  }
  return found;
}

/** Milliseconds within which 95 % of a side's answers came; undefined: it gave none. */
export function p95Of(observations: readonly Observation[], side: Side): number | undefined {
  const times = observations.filter((each) => each.side === side && !isFailed(each))
    .map(({ ms }) => ms).toSorted((one, other) => one - other);
  return times[Math.ceil(times.length * 0.95) - 1];
}
