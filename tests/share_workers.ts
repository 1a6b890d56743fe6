import { placeOf } from "./architecture/place.ts";

/** Of a member's files: enough that few workers are started, and few enough that several run beside each other. */
const mostFiles = 12;

/** Files of tests by who runs them. */
export type Shared = {
  /** Each has a worker of its own. */
  readonly alone: readonly string[];
  /** Those of a list share one; by the name of a file that imports them. */
  readonly together: ReadonlyMap<string, readonly string[]>;
};

/**
 * Shares files of tests out among workers. Deno starts one for each file that it is given, and each loads the engines
 * anew: a fifth of a second of a processor, twice that with coverage, which is more than most of these tests take. So
 * those that stand in a member share workers; those in `tests/` run for long and keep theirs, and so do those of which
 * something may outlive their tests, which would be taken for a leak of whoever comes after.
 */
export function shareWorkers(
  files: readonly string[],
  { leaves }: { leaves(file: string): boolean },
): Shared {
  const ofMembers = Map.groupBy(
    files,
    (file) => leaves(file) ? "tests" : placeOf(file)?.member ?? "tests",
  );
  const alone = [...ofMembers.get("tests") ?? []];
  ofMembers.delete("tests");
  const together = new Map<string, readonly string[]>();
  for (const [member, own] of ofMembers) {
    if (own.length === 1) {
      alone.push(...own);
      continue;
    }
    const workers = Math.ceil(own.length / mostFiles);
    // Dealt out: neighbours are often alike in what they take
    for (const [worker, dealt] of Map.groupBy(own, (_, place) => place % workers)) {
      together.set(`${member.replaceAll("/", "_")}_${worker + 1}_test.ts`, dealt);
    }
  }
  return { alone, together };
}
