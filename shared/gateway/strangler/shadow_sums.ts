import type { AnswerDifference } from "./answer_differences.ts";
import type { Redaction } from "./redaction.ts";
import type { ShadowBatch, ShadowExample } from "./shadow_batch.ts";

/** One comparison. */
export type ShadowSample = {
  /** In words for people, redacted. */
  readonly request: string;
  readonly differences: readonly AnswerDifference[];
  /** Of two answers of the legacy side; undefined: it was asked once. */
  readonly noise: readonly AnswerDifference[] | undefined;
};

/** Comparisons of a route, added up until they are sent. */
export type ShadowSums = {
  add(sample: ShadowSample, redaction: Redaction): void;
  drop(): void;
  /** What was added since the last time; undefined: nothing. */
  take(): Omit<ShadowBatch, "route" | "round"> | undefined;
};

const mostFields = 200;
const mostExamples = 10;
const mostDifferences = 20;
/** Where a field has no place of its own any more. */
const others = "(others)";

/** Adds up comparisons; `now` is for examples. */
export function shadowSums(now: () => string): ShadowSums {
  let sums = nothing();

  function nothing() {
    return {
      ...{ samples: 0, mismatches: 0, noiseSamples: 0, dropped: 0 },
      fields: new Map<string, { raw: number; noise: number }>(),
      examples: [] as ShadowExample[],
    };
  }

  /** Each field once a sample, also those that have no place of their own. */
  function count(differences: readonly AnswerDifference[], which: "raw" | "noise"): void {
    const counted = new Set<string>();
    for (const { field: given } of differences) {
      const hasPlace = sums.fields.has(given) || sums.fields.size < mostFields - 1;
      const field = hasPlace ? given : others;
      if (counted.has(field)) continue;
      counted.add(field);
      const counts = sums.fields.get(field) ?? { raw: 0, noise: 0 };
      counts[which]++;
      sums.fields.set(field, counts);
    }
  }

  return {
    add({ request, differences, noise }, redaction) {
      sums.samples++;
      count(differences, "raw");
      if (noise) {
        sums.noiseSamples++;
        count(noise, "noise");
      }
      if (differences.length === 0) return;
      sums.mismatches++;
      // The first of each batch: most samples differ in the same
      if (sums.examples.length === mostExamples) return;
      sums.examples.push({
        at: now(),
        request,
        differences: differences.slice(0, mostDifferences).map(({ field, path, ...values }) => ({
          field,
          legacy: redaction.text(values.legacy, path),
          new: redaction.text(values.new, path),
        })),
      });
    },
    drop: () => void sums.dropped++,
    take() {
      if (sums.samples + sums.dropped === 0) return undefined;
      const { fields, ...rest } = sums;
      sums = nothing();
      return { ...rest, fields: [...fields].map(([field, counts]) => ({ field, ...counts })) };
    },
  };
}
