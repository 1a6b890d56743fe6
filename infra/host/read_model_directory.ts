import { join } from "node:path";

/** Longer names are refused by some file systems; what is left of a long one still tells clusters apart. */
const longestName = 120;

/**
 * Where the embedded PostgreSQL keeps its data: one place for each event log, as positions of one log mean nothing in
 * another: read models would mix both, and wait for events that are behind them.
 */
export function readModelDirectory(
  { directory, eventStoreUrl }: {
    readonly directory: string;
    /** Undefined for the log that is in the directory itself. */
    readonly eventStoreUrl: string | undefined;
  },
): string {
  if (eventStoreUrl === undefined) return join(directory, "postgres");
  const hosts = eventStoreUrl.replace(/^.*?:\/\/([^/?]*@)?/, "").replace(/[/?].*$/s, "");
  const name = hosts.toLowerCase().replaceAll(/[^a-z0-9.-]+/g, "_").slice(0, longestName);
  return join(directory, `postgres_${name}`);
}
