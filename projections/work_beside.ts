import type { Log } from "@headwater/core";

/** What nobody waits for, and what is no trouble where it fails. */
export type WorkBeside = {
  /** Begins it. */
  begin(work: () => Promise<unknown>): void;
  /** Resolves when all of it has ended. */
  ended(): Promise<void>;
};

/** `failed`: what the log is told where it fails. */
export function workBeside(logger: Log, { failed }: { readonly failed: string }): WorkBeside {
  const working = new Set<Promise<unknown>>();
  return {
    begin(work) {
      const each = work().catch((error) => logger.debug(failed, { error }))
        .finally(() => working.delete(each));
      working.add(each);
    },
    async ended() {
      await Promise.all(working);
    },
  };
}
