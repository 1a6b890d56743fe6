import {
  type Application,
  application as applicationOf,
  createLogger,
  databasesOn,
  listenForInterruption,
  startThrowAwayPostgres,
} from "@headwater/host";
import { palette, type ProgressLine, progressLine, startShop, write } from "@shop/demo";
import { parseArgs } from "node:util";
import { releasesOf } from "./broken_release.ts";
import { judgeWalk } from "./judge_walk.ts";
import { startLegacyShop } from "./legacy_process.ts";
import { startLoad } from "./load.ts";
import { oldProducts } from "./old_products.ts";
import { operatorsOf } from "./operators.ts";
import { productImport } from "./product_import.ts";
import { figuresOf, reportLines } from "./report.ts";
import { routesTable } from "./routes_table.ts";
import { walk, type Walked } from "./walk.ts";

const help =
  `Has the catalogue take over from a shop that was there before, a few per cent of its customers at a time, under load

    --json  one JSON object instead of a report
    --help  this text
`;

/** What the old shop's machine takes over each answer. */
const pauseMs = 40;
const every = { readMs: 10, writeMs: 400 };

/** `deno task demo:strangler`. Resolves with the exit code: 0 only if all holds that is said. */
export async function runStranglerDemo(
  application: Application,
  args: readonly string[],
): Promise<number> {
  const options = readOptions(args);
  if (typeof options === "string") {
    write(Deno.stderr, `${options}\n`);
    return 2;
  }
  if (options.help) {
    write(Deno.stdout, help);
    return 0;
  }
  const { json } = options;
  const startedAt = performance.now();
  const isTerminal = Deno.stdout.isTerminal();
  const progress = progressLine({
    isTerminal,
    write: (text) => json || write(Deno.stdout, text),
  });
  using interruption = listenForInterruption();
  const { signal } = interruption;
  try {
    const walked = await run(application, { progress, signal }).finally(() => progress.clear());
    const durationMs = Math.round(performance.now() - startedAt);
    const figures = walked.steps.map((step) => figuresOf(step, walked.observations));
    const verdicts = judgeWalk(walked);
    const lines = json
      ? [JSON.stringify({ steps: figures, checks: verdicts, durationMs })]
      : reportLines(
        { figures, verdicts, durationMs },
        palette({ colour: isTerminal && !Deno.noColor }),
      );
    write(Deno.stdout, `${lines.join("\n")}\n`);
    return verdicts.every(({ holds }) => holds) ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    write(Deno.stderr, "Interrupted: everything was stopped and removed\n");
    return 130;
  }
}

/** A sentence for people where the arguments do not fit. */
function readOptions(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return `${error.message}\n\n${help}`;
  }
}

async function run(
  application: Application,
  { progress, signal }: { readonly progress: ProgressLine; readonly signal: AbortSignal },
): Promise<Walked> {
  await using running = new AsyncDisposableStack();
  progress.show("Starting the old shop …");
  const directory = await Deno.makeTempDir({ prefix: "headwater-strangler-" });
  running.defer(() => Deno.remove(directory, { recursive: true }));
  const legacy = running.use(await startLegacyShop({ directory, pauseMs }));
  await Promise.all(oldProducts.map((product) => sell(product, legacy.url)));
  signal.throwIfAborted();
  progress.show("Starting the shop …");
  const logger = createLogger({ level: "error" });
  const postgres = running.use(await startThrowAwayPostgres({ logger }));
  const routesFile = `${directory}/routes.json`;
  await Deno.writeTextFile(routesFile, JSON.stringify(routesTable(legacy.url)));
  const releases = releasesOf(application.services.find(({ name }) => name === "catalog")!);
  const services = [
    ...application.services.map((each) => each.name === "catalog" ? releases.catalog : each),
    productImport(legacy.url),
  ];
  const shop = running.use(
    await startShop(applicationOf({ ...application, services }), {
      directory,
      routesFile,
      database: databasesOn(postgres.url, { services, logger }),
      name: "strangler",
      logger: releases.logger({ logger, print: (line) => progress.print(`  ${line}`) }),
      signal,
    }),
  );
  progress.print(`The shop is open at ${shop.url}, and the old one at ${legacy.url}`);
  const { url } = shop;
  const load = running.use(startLoad({ url, products: oldProducts, every }));
  const operators = operatorsOf(url);
  return await walk({ url, legacy, operators, releases, load, progress, signal });
}

/** As the old shop's people have always done it. */
async function sell(product: object, url: string): Promise<void> {
  const answer = await fetch(`${url}/api/products`, {
    method: "POST",
    body: JSON.stringify(product),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`Cannot fill the old shop: ${answer.status}`);
}
