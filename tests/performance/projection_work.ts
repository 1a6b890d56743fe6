import process from "node:process";

/** What a process that is measured is to do; it is given as JSON. */
export type ProjectionWork = {
  readonly what: "rebuild" | "live" | "lag" | "read";
  /** A file of the embedded event log, or the URL of an event store. */
  readonly log: string;
  /** Of an empty PostgreSQL database. */
  readonly databaseUrl: string;
  /** How many events there are to be applied, or appended. */
  readonly events: number;
  /** Events a second, where they are appended at a pace. */
  readonly perSecond?: number;
};

/** What it was like. */
export type ProjectionWorked = {
  readonly events: number;
  readonly ms: number;
  /** Of this process, all its threads; PostgreSQL's is not in it. */
  readonly cpuMs: number;
  /** By how much its memory grew, at most. */
  readonly grewMb: number;
  /** Of each event from its append until it was visible, where that was asked. */
  readonly lagsMs?: readonly number[];
};

const lookEveryMs = 20;

/** What `work` takes in time, processor and memory. */
export async function worked(
  events: number,
  work: () => Promise<readonly number[] | void>,
): Promise<ProjectionWorked> {
  const before = Deno.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss), lookEveryMs);
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const lagsMs = await work();
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  clearInterval(timer);
  return {
    events,
    ms,
    cpuMs: (user + system) / 1_000,
    grewMb: (most - before) / 1e6,
    ...(lagsMs && { lagsMs }),
  };
}
