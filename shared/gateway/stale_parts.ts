import { policy } from "@headwater/resilience";

/** What a part was when it could be had. */
export type StalePart = {
  /** JSON. */
  readonly text: string;
  /** Of the read model that it came from; undefined: of none. */
  readonly position: number | undefined;
};

/** What was shown of late, for those parts that may be shown once more. */
export type StaleParts = policy.StaleAnswers<StalePart>;

/** Keeps parts of the last minute, of all pages together no more than some megabytes; `now`: milliseconds that only grow. */
export function staleParts(now: () => number): StaleParts {
  return policy.staleAnswers({ sizeOf: ({ text }) => text.length, now });
}
