import {
  type Application,
  createLogger,
  databasesOn,
  environment,
  listenForInterruption,
  readConfig,
  startThrowAwayPostgres,
  throwAwayDatabases,
} from "@headwater/host";
import { waitUntilAtRest } from "./at_rest.ts";
import { count, judge, type Table, takeEvidence, type Verdict } from "@shop/judge";
import { countBy, type EndedOrder, type Outcome, outcomesOf } from "./outcome.ts";
import { demoHelp, type DemoOptions, readDemoOptions } from "./demo_options.ts";
import { killEach } from "./kill_each.ts";
import { type Palette, palette } from "./palette.ts";
import { freeStuck } from "./free_stuck.ts";
import { goOn, placeOrders, receiveStock } from "./place_orders.ts";
import { type ProgressLine, progressLine } from "./progress_line.ts";
import {
  freedLines,
  outcomeTable,
  readModelLines,
  standingLine,
  type TimelineItem,
  timelineLines,
  verdictLines,
} from "./report.ts";
import { type RunningShop, startShop, streamPrefix } from "./running_shop.ts";
import { type OrderStanding, type ShopApi, shopApi } from "./shop_api.ts";
import { startSplitShop } from "./split_shop.ts";
import { type PlannedOrder, planOrders, stockFor } from "./stories.ts";
import { write } from "./write.ts";

type Result = {
  readonly outcomes: readonly Outcome[];
  readonly ended: readonly EndedOrder[];
  readonly example: {
    readonly order: PlannedOrder;
    /** How it stands at four services. */
    readonly ended: OrderStanding;
    readonly timeline: readonly TimelineItem[];
  };
  readonly verdicts: readonly Verdict[];
  readonly tables: readonly Table[];
  /** What an operator saw and did. */
  readonly freed: readonly string[];
  /** Undefined: nobody was to be. */
  readonly killed: readonly string[] | undefined;
};

/** `deno task demo`. Resolves with the exit code: 0 only if every invariant holds and every story went as it is told. */
export async function runDemo(application: Application, args: readonly string[]): Promise<number> {
  const options = readDemoOptions(args);
  if (typeof options === "string") {
    write(Deno.stderr, `${options}\n`);
    return 2;
  }
  if (options.help) {
    write(Deno.stdout, demoHelp);
    return 0;
  }
  using interruption = listenForInterruption();
  try {
    return await demo(application, { ...options, signal: interruption.signal });
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    write(Deno.stderr, "Interrupted: everything was stopped and removed\n");
    return 130;
  }
}

async function demo(
  application: Application,
  { json, orders, split, seed, signal }: DemoOptions & { readonly signal: AbortSignal },
): Promise<number> {
  const startedAt = performance.now();
  const isTerminal = Deno.stdout.isTerminal();
  const progress = progressLine({
    isTerminal,
    write: (text) => json || write(Deno.stdout, text),
  });
  const planned = planOrders(orders);
  if (seed !== undefined) write(Deno.stderr, `Kills as --seed ${seed} says\n`);
  const result = await run(application, { planned, progress, split, seed, signal })
    .finally(() => progress.clear());
  const durationMs = Math.round(performance.now() - startedAt);
  const lines = json
    ? [JSON.stringify(asJson(result, durationMs))]
    : report(result, { durationMs, paint: palette({ colour: isTerminal && !Deno.noColor }) });
  write(Deno.stdout, `${lines.join("\n")}\n`);
  return isGood(result) ? 0 : 1;
}

function isGood({ verdicts, outcomes }: Result): boolean {
  return verdicts.every(({ holds }) => holds) && outcomes.every(({ asTold }) => asTold);
}

function asJson({ ended, verdicts, killed }: Result, durationMs: number) {
  const byStatus = Object.fromEntries(countBy(ended.map(({ status }) => status)));
  return { orders: ended.length, byStatus, invariants: verdicts, durationMs, killed };
}

function report(
  result: Result,
  { durationMs, paint }: { readonly durationMs: number; readonly paint: Palette },
): string[] {
  const { outcomes, ended, example, verdicts, tables, freed } = result;
  const broken = verdicts.filter(({ holds }) => !holds).length;
  const wrong = outcomes.filter(({ asTold }) => !asTold).length;
  const seconds = (durationMs / 1_000).toFixed(1);
  return [
    "",
    ...outcomeTable(outcomes, paint),
    "",
    paint.bold(`Order ${example.order.orderId}: ${example.order.story.title}`),
    ...timelineLines(example.timeline, paint),
    standingLine(example.ended),
    "",
    ...freedLines(freed, paint),
    paint.bold("Read models"),
    ...readModelLines(tables, paint),
    "",
    ...verdictLines(verdicts, paint),
    "",
    isGood(result) ? paint.green(`All holds: ${ended.length} orders in ${seconds} s`) : paint.red(
      `${count(broken, "invariant")} broken, ${count(wrong, "story", "stories")} ended otherwise`,
    ),
  ];
}

async function run(
  application: Application,
  { planned, progress, split, seed, signal }: Pick<DemoOptions, "split" | "seed"> & {
    readonly planned: readonly PlannedOrder[];
    readonly progress: ProgressLine;
    readonly signal: AbortSignal;
  },
): Promise<Result> {
  await using running = new AsyncDisposableStack();
  const logger = createLogger({ level: "error" });
  const { eventStoreUrl, databaseUrl } = readConfig(application, { args: [], env: environment() });
  // On servers that are shared other demos may be running, or have left something there
  const isShared = eventStoreUrl !== undefined || databaseUrl !== undefined;
  const name = isShared ? `demo${crypto.randomUUID().slice(0, 8)}` : "demo";
  if (databaseUrl === undefined) progress.show("Starting a PostgreSQL of our own …");
  const { url: serverUrl } = databaseUrl === undefined
    ? running.use(await startThrowAwayPostgres({ logger }))
    : { url: databaseUrl };
  const where = { prefix: name, services: application.services, logger };
  const database = databaseUrl === undefined
    ? databasesOn(serverUrl, where)
    : running.use(throwAwayDatabases(serverUrl, where)).database;
  signal.throwIfAborted();
  progress.show("Starting the shop …");
  const directory = await Deno.makeTempDir({ prefix: "headwater-demo-" });
  running.defer(() => Deno.remove(directory, { recursive: true }));
  const given = { directory, database, logger, signal };
  const divided = split ? running.use(await startSplitShop(application, given)) : undefined;
  const shop = divided ??
    running.use(await startShop(application, { ...given, name, eventStoreUrl }));
  signal.throwIfAborted();
  progress.print(
    `The shop is open at ${shop.url}, ${
      eventStoreUrl === undefined || split
        ? "on databases and a log that go when it closes"
        : `on databases that go when it closes; its streams stay, as "${streamPrefix(name)}…"`
    }`,
  );
  if (eventStoreUrl !== undefined && split) {
    progress.print("It brings its own event store, EVENTSTORE_URL is not used");
  }

  const { client } = shop;
  const api = shopApi(application, { url: shop.url, signal });
  const kills = divided && seed !== undefined
    ? killEach(divided.processes, {
      client,
      seed,
      onKill: (name) => progress.print(`kill -9 ${name}`),
    })
    : undefined;
  progress.show(`Placing ${planned.length} orders …`);
  await receiveStock(client, stockFor(planned));
  const placing = placeOrders(client, planned);
  await (kills?.during(placing, Math.ceil(divided!.processes.length / 2)) ?? placing);
  await settle(shop, { progress, signal });
  progress.show("Dispatching, delivering, changing minds …");
  const going = goOn(client, planned);
  await (kills?.during(going) ?? going);
  await settle(shop, { progress, signal });
  progress.show("Freeing what is stuck …");
  const freed = await freeStuck(shop.databases);
  await settle(shop, { progress, signal });

  progress.show("Checking the invariants …");
  const ended = await allOrders(api);
  const evidence = await takeEvidence({ ...shop, acknowledged: client.acknowledged });
  const order = planned.find(({ story }) => story.title === "address undeliverable")!;
  const params = { id: order.orderId };
  const { items: timeline } = (await api.getOrderTimeline({ params })).body;
  const { data } = (await api.getOrder({ params })).body;
  return {
    outcomes: outcomesOf(planned, ended),
    ended,
    example: { order, ended: data, timeline },
    verdicts: judge(evidence),
    tables: evidence.tables,
    freed,
    killed: kills?.killed,
  };
}

/** Page by page. */
async function allOrders(api: ShopApi): Promise<readonly EndedOrder[]> {
  const orders: EndedOrder[] = [];
  let cursor: string | undefined;
  do {
    const { body } = await api.listOrders({ query: { limit: 200, cursor } });
    orders.push(...body.items);
    cursor = body.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return orders;
}

async function settle(
  shop: RunningShop,
  { progress, signal }: { readonly progress: ProgressLine; readonly signal: AbortSignal },
): Promise<void> {
  await waitUntilAtRest({
    ...shop,
    signal,
    onProgress: ({ orders, atRest }) =>
      progress.show(`${atRest} of ${orders} orders are at rest …`),
  });
}
