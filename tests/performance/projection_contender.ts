import { type EventLog, silentLog } from "@headwater/core";
import { openEventLog } from "@headwater/event-store";
import { openEventStoreDb } from "@headwater/eventstoredb";
import { connect } from "@headwater/postgres";
import { type Projections, startProjections } from "@headwater/projections";
import { randomOf } from "@headwater/testing";
import { orderService } from "@shop/order";
import { setTimeout } from "node:timers/promises";
import { lifeOf } from "./order_history.ts";
import { type ProjectionWork, type ProjectionWorked, worked } from "./projection_work.ts";

const lookEveryMs = 5;
/** Appends under way at once, where as much as possible is appended. */
const inFlight = 64;
const paceMs = 10;

/**
 * The order view, kept by the read models' engine. A process of its own, which is run with the `deno.json` of any
 * checkout, whose engines it then gets; so it uses nothing that earlier ones lack.
 */
async function contend(work: ProjectionWork): Promise<ProjectionWorked> {
  await using log = work.log.includes("://")
    ? await openEventStoreDb({ connectionString: work.log })
    : openEventLog({ path: work.log });
  if (work.what === "read") return await worked(work.events, () => readAll(log));
  // As the host does for workers
  await using stack = new AsyncDisposableStack();
  const sql = connect({
    url: work.databaseUrl,
    name: "bench",
    max: 4,
    byKeys: true,
    patienceMs: 15_000,
    logger: silentLog,
  });
  stack.defer(() => sql.end());
  const start = async () =>
    stack.use(
      await startProjections({
        service: "order",
        views: orderService.views,
        log,
        sql,
        logger: silentLog,
      }),
    );
  if (work.what === "rebuild") {
    const done = await worked(work.events, async () => await filled(await start()));
    const [found] = await sql<{ rows: number }[]>`
      select count(*)::float8 as rows from ${orderView().from(sql)}`;
    if (!found || found.rows < work.events / 6) throw new Error(`Too few rows: ${found?.rows}`);
    return done;
  }
  const projections = await start();
  await filled(projections);
  const load = { log, projections, events: work.events };
  return await worked(
    work.events,
    () => work.what === "live" ? burst(load) : steady(load, work.perSecond ?? 500),
  );
}

type Load = {
  readonly log: EventLog;
  readonly projections: Projections;
  readonly events: number;
};

function orderView() {
  const [view] = orderService.views;
  if (!view) throw new Error("The order service has no view");
  return view;
}

async function readAll(log: EventLog): Promise<void> {
  for await (const _page of log.readAll({ categories: ["order"] }));
}

async function filled(projections: Projections): Promise<void> {
  for (;;) {
    const [status] = projections.status();
    if (status?.state === "live" && status.caughtUp) return;
    if (status?.cause) throw new Error(status.cause);
    await setTimeout(lookEveryMs);
  }
}

/** Appends as much as the log takes, whole orders at a time, until the view has the last of it. */
async function burst({ log, projections, events }: Load): Promise<void> {
  let position = 0;
  let begun = 0;
  let appended = 0;
  const random = randomOf(42);
  async function goOn(): Promise<void> {
    while (appended < events) {
      const life = [...lifeOf(begun++, (count) => Math.floor(random() * count))];
      appended += life.length;
      const at = await log.append(life[0]!.stream, life.map(({ event }) => event), {
        expected: "no-stream",
      });
      position = Math.max(position, at.position);
    }
  }
  await Promise.all(Array.from({ length: inFlight }, goOn));
  await projections.wait(orderView(), { position, waitMs: 60_000 });
}

/** Appends at a pace; how long each event took until the view had it. */
async function steady(
  { log, projections, events }: Load,
  perSecond: number,
): Promise<readonly number[]> {
  const lagsMs: number[] = [];
  const underWay: Promise<void>[] = [];
  const random = randomOf(42);
  async function appendOne(n: number): Promise<void> {
    const [placed] = lifeOf(n, (count) => Math.floor(random() * count));
    const sentAt = performance.now();
    const { position } = await log.append(placed!.stream, [placed!.event], {
      expected: "no-stream",
    });
    await projections.wait(orderView(), { position, waitMs: 10_000 });
    lagsMs.push(performance.now() - sentAt);
  }
  const startedAt = performance.now();
  while (underWay.length < events) {
    const due = Math.min(events, (performance.now() - startedAt) * perSecond / 1_000);
    while (underWay.length < due) underWay.push(appendOne(underWay.length));
    await setTimeout(paceMs);
  }
  await Promise.all(underWay);
  return lagsMs;
}

if (import.meta.main) {
  const done = await contend(JSON.parse(Deno.args[0]!));
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(done)}\n`));
}
