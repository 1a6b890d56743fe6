import { type HealthCheck, type Log, machine, time } from "@headwater/core";
import { readRouteTable, type RouteTable, RouteTableRefused } from "@headwater/gateway";
import { ConfigError } from "./config.ts";

/** A table of routes that follows its file. */
export type RoutesFile = AsyncDisposable & {
  /** The last one that could be used. */
  table(): RouteTable;
  /** Warns while the file says something that cannot be used. */
  readonly check: HealthCheck;
};

type Surroundings = Parameters<typeof readRouteTable>[1];

/** Milliseconds between two looks at the file. */
const lookMs = 500;
/** Bytes; a table of thousands of routes is a tenth of it. */
const mostBytes = 1024 * 1024;

/**
 * Reads the file of routes, and again whenever it has changed: a file that is written anew is taken when it has stood
 * still from one look to the next. One that cannot be used is refused, and the table before it stays.
 *
 * Errors: `ConfigError` where it cannot be used at the start.
 */
export async function openRoutesFile(
  path: string,
  { surroundings, logger, clock = time.realClock }: {
    readonly surroundings: Surroundings;
    readonly logger: Log;
    readonly clock?: time.Clock;
  },
): Promise<RoutesFile> {
  const first = await look(path);
  let table = await readRoutesFile(path, surroundings);
  let refusal: string | undefined;
  let taken = first;
  let seen = first;
  const ending = new AbortController();

  async function lookAgain(): Promise<void> {
    const now = await look(path);
    const isStill = now === seen;
    seen = now;
    if (!isStill || now === taken) return;
    taken = now;
    const read = await tableIn(path, surroundings);
    if ("refusal" in read) {
      refusal = read.refusal;
      logger.warn("the file of routes is not used, the routes from before stay", { path, refusal });
    } else {
      refusal = undefined;
      table = read.table;
      logger.info("routes were read again", { path, routes: table.routes.length });
    }
  }

  async function follow(): Promise<void> {
    for (;;) {
      await time.pause(lookMs, { clock, signal: ending.signal });
      if (ending.signal.aborted) return;
      await lookAgain();
    }
  }

  const following = follow();
  return {
    table: () => table,
    check: {
      name: "routes-file",
      check: () =>
        Promise.resolve(
          refusal === undefined
            ? undefined
            : { warning: `The routes from before are used, "${path}" is not: ${refusal}` },
        ),
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await following;
    },
  };
}

/**
 * The table that a file holds. Errors: `ConfigError` with the file, each place in it, what stands there, and what is
 * allowed.
 */
export async function readRoutesFile(
  path: string,
  surroundings: Surroundings,
): Promise<RouteTable> {
  const read = await tableIn(path, surroundings);
  if ("refusal" in read) throw new ConfigError([`ROUTES_FILE is "${path}": ${read.refusal}`]);
  return read.table;
}

/** Another text for another file; where there is none, that. */
async function look(path: string): Promise<string> {
  try {
    const { mtime, size, ino } = await Deno.stat(path);
    return `${mtime?.getTime()} ${size} ${ino}`;
  } catch (error) {
    return String(error);
  }
}

async function tableIn(
  path: string,
  surroundings: Surroundings,
): Promise<{ readonly table: RouteTable } | { readonly refusal: string }> {
  try {
    const { size } = await Deno.stat(path);
    if (size > mostBytes) return { refusal: `it has ${size} bytes, allowed are ${mostBytes}` };
    const table = readRouteTable(await Deno.readTextFile(path), surroundings);
    const outside = table.upstreams.filter(({ url }) => !mayReach(url))
      .map(({ name, url }) =>
        `upstreams.${name}.url is "${url}", which this process may not reach`
      );
    return outside.length > 0 ? { refusal: `${outside.join("; ")}: start it again` } : { table };
  } catch (error) {
    if (error instanceof RouteTableRefused) return { refusal: error.message };
    return { refusal: `it cannot be read: ${machine.messageOf(error)}` };
  }
}

/** A process of many may reach the hosts alone that were known when it was started. */
function mayReach(url: string): boolean {
  return Deno.permissions.querySync({ name: "net", host: hostOf(url) }).state === "granted";
}

/** As `--allow-net` takes it. */
export function hostOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}
