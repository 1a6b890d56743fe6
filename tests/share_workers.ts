import { placeOf } from "./architecture/place.ts";

/** Enough that few workers are started, and few enough that several run beside each other. */
const mostFiles = { ofMember: 12, ofFolder: 4 };

/** Files of tests by who runs them. */
export type Shared = {
  /** Each has a worker of its own. */
  readonly alone: readonly string[];
  /** Those of a list share one; by the name of a file that imports them. */
  readonly together: ReadonlyMap<string, readonly string[]>;
};

/**
 * Shares files of tests out among workers. Deno starts one for each file that it is given, and each loads the engines
 * anew: a fifth of a second of a processor, with the shop two fifths, and as much again to write down with coverage what
 * was reached. So those of a member share workers; and so do those of a folder of `tests/`, by few, for they run for long.
 * Those of which something may outlive their tests keep theirs: it would be taken for a leak of whoever comes after.
 */
export function shareWorkers(
  files: readonly string[],
  { leaves }: { leaves(file: string): boolean },
): Shared {
  const ofGroups = Map.groupBy(files, (file) => leaves(file) ? "" : groupOf(file));
  const alone = [...ofGroups.get("") ?? []];
  ofGroups.delete("");
  const together = new Map<string, readonly string[]>();
  for (const [group, own] of ofGroups) {
    const most = group.startsWith("tests/") ? mostFiles.ofFolder : mostFiles.ofMember;
    const workers = Math.ceil(own.length / most);
    // Dealt out: neighbours are often alike in what they take
    for (const [worker, dealt] of Map.groupBy(own, (_, place) => place % workers)) {
      if (dealt.length === 1) alone.push(...dealt);
      else together.set(`${group.replaceAll("/", "_")}_${worker + 1}_test.ts`, dealt);
    }
  }
  return { alone, together };
}

/** A member, or a folder of `tests/`; empty for a fault, which takes as long as many others, and where a file is in neither. */
function groupOf(file: string): string {
  const { member = "", path = "" } = placeOf(file) ?? {};
  if (member !== "tests") return member;
  const [folder, ...rest] = path.split("/");
  return rest.length === 0 || folder === "faults" ? "" : `tests/${folder}`;
}
