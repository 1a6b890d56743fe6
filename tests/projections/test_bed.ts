import {
  type DomainEvent,
  type EventLog,
  silentLog,
  Unavailable,
  type View,
} from "@headwater/core";
import { openEventLog } from "@headwater/event-store";
import {
  connect,
  type EmbeddedPostgres,
  ensureDatabase,
  startThrowAwayPostgres,
} from "@headwater/postgres";
import {
  beginGeneration,
  type Projections,
  type ProjectionsOptions,
  startProjections,
} from "@headwater/projections";
import { appendAtEnd, sumsOf } from "@headwater/testing";
export { randomOf } from "@headwater/testing";
import { setTimeout } from "node:timers/promises";
import type { Sql } from "postgres";
import { decode } from "./folded.ts";

/** Generous: only a test that fails waits so long. */
export const limitMs = 60_000;

export type TestBed = {
  readonly log: EventLog;
  readonly sql: Sql;
  /** Of the database that `sql` is connected with. */
  readonly url: string;
  /** The server that all tests of the file share. */
  readonly server: EmbeddedPostgres;
  /** Projections over their own connections, as another process would have them. */
  start(views: readonly View[], options?: StartOptions): Promise<TestProjections>;
};

export type StartOptions =
  & Partial<
    Pick<
      ProjectionsOptions,
      "log" | "logger" | "mostParkedKeys" | "bulk" | "owner" | "now" | "listens"
    >
  >
  & {
    /** By what PostgreSQL is reached. */
    readonly url?: string;
  };

export type TestProjections = Projections & { readonly sql: Sql };

type Step = (name: string, body: (bed: TestBed) => Promise<void>) => Promise<void>;

/** Tests that share one PostgreSQL, each with a database and an event log of its own. */
export function projectionTests(
  name: string,
  body: (step: Step) => Promise<void>,
  // Statements that a forced end leaves unanswered end with their patience, which may be after the test
  { leavesTimers = false }: { readonly leavesTimers?: boolean } = {},
): void {
  const isStrict = !leavesTimers;
  Deno.test({ name, sanitizeOps: isStrict, sanitizeResources: isStrict }, async (test) => {
    await using server = await startThrowAwayPostgres();
    let databases = 0;

    await body(async (name, check) => {
      await test.step(name, async () => {
        const database = `d${++databases}`;
        const url = await ensureDatabase({
          adminUrl: server.url,
          name: database,
          logger: silentLog,
        });
        await using log = openEventLog({ path: ":memory:" });
        await using stack = new AsyncDisposableStack();
        function pool(to = url): Sql {
          const sql = connectRobustly(to);
          stack.defer(() => sql.end({ timeout: 1 }));
          return sql;
        }
        await check({
          log,
          server,
          sql: pool(),
          url,
          async start(views, options) {
            const sql = pool(options?.url);
            const projections = await startProjections({
              service: "bank",
              views,
              log,
              sql,
              logger: silentLog,
              ...options,
            });
            return Object.assign(projections, { sql });
          },
        });
      });
    });
  });
}

/** A small pool, as a service has them. */
export function connectRobustly(url: string): Sql {
  return connect({ url, name: "test", max: 4, logger: silentLog });
}

let appended = 0;

/** Appends events of one stream, whatever its revision. */
export async function append(
  log: EventLog,
  stream: string,
  ...events: readonly DomainEvent[]
): Promise<number> {
  const { position } = await appendAtEnd(
    log,
    stream,
    events.map(({ type, data }) => {
      const commandId = `c${++appended}`;
      return {
        id: crypto.randomUUID(),
        type,
        data,
        metadata: {
          $correlationId: commandId,
          $causationId: commandId,
          commandId,
          commandHash: commandId,
          schemaVersion: 1,
        },
      };
    }),
  );
  return position;
}

/** Appends events of many streams, with pauses here and there. */
export async function appendMany(
  log: EventLog,
  { count, random }: { readonly count: number; readonly random: () => number },
): Promise<void> {
  for (let index = 0; index < count; index++) {
    const closes = random() < 0.02;
    const event: DomainEvent = closes
      ? { type: "Closed", data: {} }
      : { type: "Deposited", data: { amount: Math.floor(random() * 1_000) } };
    await append(log, `account-${Math.floor(random() * 40)}`, event);
    if (random() < 0.3) await setTimeout(random() * 3);
  }
}

/** What the table must hold: the fold of the whole log, by nothing but the view. */
// deno-lint-ignore no-explicit-any -- rows of any view
export async function pureFold(view: View, log: EventLog): Promise<any[]> {
  // deno-lint-ignore no-explicit-any -- as above
  const rows = new Map<string, any>();
  const categories = view.reads.map(({ category }) => category);
  for await (const page of log.readAll({ categories })) {
    for (const recorded of page) {
      const event = decode(view, recorded);
      if (!event) continue;
      for (const key of view.keys(event)) {
        const row = view.evolve(rows.get(key), event, key);
        if (row) rows.set(key, row);
        else rows.delete(key);
      }
    }
  }
  return [...rows].toSorted(([a], [b]) => a < b ? -1 : 1).map(([, row]) => row);
}

/** What the table holds. */
// deno-lint-ignore no-explicit-any -- rows of any view
export async function tableRows(view: View, sql: Sql): Promise<any[]> {
  const rows = await sql`
    select ${view.select(sql)} from ${view.from(sql)}
    order by ${sql(`${view.table}.${view.columnName(view.primaryKey)}`)} collate "C"`;
  return rows.map((row) => ({ ...row }));
}

/** What the table of a view's sums holds. */
// deno-lint-ignore no-explicit-any -- sums of any view
export async function tableSums({ sums }: View, sql: Sql): Promise<any[]> {
  if (!sums) return [];
  const rows = await sql`select ${sums.select(sql)} from ${sums.from(sql)}`;
  return inOrder(sums, rows.map((row) => ({ ...row })));
}

/** What it must hold: all that these rows contribute. */
// deno-lint-ignore no-explicit-any -- as above
export function pureSums({ sums }: View, rows: readonly any[]): any[] {
  return sums ? inOrder(sums, sumsOf({ sums }, rows)) : [];
}

// deno-lint-ignore no-explicit-any -- as above
function inOrder({ key }: NonNullable<View["sums"]>, rows: readonly any[]): any[] {
  const place = (row: Readonly<Record<string, unknown>>) =>
    JSON.stringify(key.map((name) => row[name]));
  return rows.toSorted((one, other) => place(one) < place(other) ? -1 : 1);
}

/** Waits until the read model has taken in all that is in the log. */
export async function caughtUp(
  projections: Projections,
  { view, log }: { readonly view: View; readonly log: EventLog },
): Promise<void> {
  await until(() => {
    const statuses = projections.status().filter(({ name, version }) =>
      name === view.name && version === view.version
    );
    return statuses.some(({ state }) => state === "live") || `they are ${JSON.stringify(statuses)}`;
  });
  const head = await log.head();
  await until(async () => {
    try {
      return (await projections.wait(view, { position: head, waitMs: limitMs })).reached;
    } catch (error) {
      // One that is made anew is not read before it is filled
      if (error instanceof Unavailable && error.code === "read-model-rebuilding") return false;
      throw error;
    }
  });
}

/** A read model is begun anew beside the one that is read; resolves to the number of its generation. */
export async function begun(sql: Sql, view: View): Promise<number> {
  let generation: number | undefined;
  await until(async () => {
    const begun = await beginGeneration(sql, { view, switches: true });
    if (begun.type !== "begun") return JSON.stringify(begun);
    generation = begun.generation;
    return true;
  });
  return generation!;
}

/** … and is what is read. */
export async function rebuilt(sql: Sql, view: View): Promise<void> {
  const generation = await begun(sql, view);
  await until(async () => {
    const [found] = await sql`
      select status, state, cause from projection_generation
      where name = ${view.name} and generation = ${generation}`;
    return found?.status === "live" || JSON.stringify(found);
  });
}

/** Waits until something is so; a string says why it is not. */
export async function until(
  isSo: () => boolean | string | Promise<boolean | string>,
): Promise<void> {
  const end = performance.now() + limitMs;
  for (let answer = await isSo(); answer !== true; answer = await isSo()) {
    if (performance.now() > end) {
      throw new Error(`Cannot go on after ${limitMs} ms: ${answer || "it is not so"}`);
    }
    await setTimeout(5);
  }
}

/** Of its newest generation. */
export function statusOf(projections: Projections, name: string) {
  return projections.status().findLast((status) => status.name === name)!;
}
