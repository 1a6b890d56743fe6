import type { ShadowExample } from "./shadow_batch.ts";

/** In how many samples a field differed, and in how many the legacy side differed from itself. */
export type ShadowField = {
  readonly field: string;
  readonly raw: number;
  readonly noise: number;
};

/** What is known of a route's new side from asking it beside the legacy one. */
export type ShadowReport = {
  readonly route: string;
  /** Undefined: nothing was compared yet. */
  readonly since: string | null;
  readonly samples: number;
  /** Of the samples, 0 to 1: those with any difference, noise too. */
  readonly mismatchRate: number;
  readonly noiseSamples: number;
  /** Not taken: too many in flight, or too long. */
  readonly dropped: number;
  /** What differs most often; `counts`: more than the noise does. */
  readonly fields: readonly (ShadowField & { readonly counts: boolean })[];
  readonly examples: readonly ShadowExample[];
  readonly isSafeToRaise: boolean;
  readonly verdict: string;
};

/** As many answers as the roll-back wants to see before it judges. */
const leastSamples = 100;
const shownFields = 10;
/** Per cent; defaults of Diffy (`threshold.relative`, `threshold.absolute`). */
const leastRelative = 20;
const leastAbsolute = 0.03;

/** Judges sums of comparisons; pure. */
export function judgeShadow(
  { fields, ...sums }:
    & Pick<ShadowReport, "route" | "since" | "samples" | "noiseSamples" | "dropped" | "examples">
    & { readonly mismatches: number; readonly fields: readonly ShadowField[] },
): ShadowReport {
  const { mismatches, ...rest } = sums;
  const judged = fields.map((field) => ({ ...field, counts: isReal(field, sums) }))
    .toSorted((one, other) => Number(other.counts) - Number(one.counts) || other.raw - one.raw);
  const real = judged.filter(({ counts }) => counts);
  const isSafeToRaise = sums.samples >= leastSamples && real.length === 0;
  return {
    ...rest,
    mismatchRate: sums.samples === 0 ? 0 : mismatches / sums.samples,
    fields: judged.slice(0, shownFields),
    isSafeToRaise,
    verdict: isSafeToRaise
      ? "safe to raise"
      : real.length > 0
      ? `not safe to raise: ${real.length} ${real.length === 1 ? "field differs" : "fields differ"}`
      : `not known: ${sums.samples} of at least ${leastSamples} samples`,
  };
}

/**
 * Whether a field differs more often than the legacy side from itself, which is asked twice for a part of the samples
 * alone: rates are compared, relatively and absolutely, as Diffy does.
 */
function isReal(
  { raw, noise }: ShadowField,
  { samples, noiseSamples }: Pick<ShadowReport, "samples" | "noiseSamples">,
): boolean {
  const rawRate = samples === 0 ? 0 : raw / samples;
  const noiseRate = noiseSamples === 0 ? 0 : noise / noiseSamples;
  if (rawRate <= noiseRate) return false;
  const difference = rawRate - noiseRate;
  return difference / (rawRate + noiseRate) * 100 > leastRelative &&
    difference * 100 > leastAbsolute;
}
