import { time } from "@headwater/core";
import type { ProgressLine } from "@shop/demo";
import type { Releases } from "./broken_release.ts";
import type { Imported } from "./import_products.ts";
import type { Load } from "./load.ts";
import type { LegacyProcess } from "./legacy_process.ts";
import { type Observation, rolledBackTitle, type Step } from "./observation.ts";
import type { Operators, ShadowReport } from "./operators.ts";
import { catalogRoute, listsRoute } from "./routes_table.ts";

/** Everything that takes part. */
export type Cast = {
  /** Of the gateway. */
  readonly url: string;
  readonly legacy: Pick<LegacyProcess, "stop">;
  readonly operators: Operators;
  readonly releases: Releases;
  readonly load: Load;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
};

/** A product, and what it costs. */
export type Priced = { readonly sku: string; readonly price: number };

/** What happened on the way. */
export type Walked = {
  readonly steps: readonly Step[];
  readonly observations: readonly Observation[];
  readonly shadows: { readonly first: ShadowReport; readonly mended: ShadowReport };
  readonly rollBack: {
    /** When the broken release was put into service, and when it was seen to be out of it. */
    readonly from: number;
    readonly to: number;
    /** When the good one was put in its place. */
    readonly mended: number;
    readonly reason: string;
  };
  /** What the last import has come to, and the same once more. */
  readonly imports: { readonly last: Imported; readonly again: Imported };
  /** When nothing was left of the old shop. */
  readonly aloneFrom: number;
  /** What the catalogue lists in the end, and what is known of these products. */
  readonly listed: {
    readonly shown: readonly Priced[];
    readonly known: readonly Priced[];
  };
};

const leastSamples = 120;
/** How long something may take that happens by itself. */
const longestMs = 60_000;

/** From the old shop alone to the catalogue alone, one decision after the other. */
export async function walk(cast: Cast): Promise<Walked> {
  const { releases, load, legacy } = cast;
  const path = trodden(cast);

  await declared(cast);
  await path.last("0 %", { percent: 0, requests: 100 });
  const [first, mended] = [
    await path.step("shadow, the first import", {
      percent: 0,
      act: () => carriedOverAndShadowed(cast, "first"),
      tell: findingsOf,
    }),
    await path.step("shadow, the import mended", {
      percent: 0,
      act: () => carriedOverAndShadowed(cast, "mended"),
      tell: findingsOf,
    }),
  ];

  await path.decide("10", "safe to raise");
  await path.last("10 %", { percent: 10, requests: 400 });
  await path.decide("50", "nobody has complained");
  await path.last("50 %", { percent: 50, requests: 300 });
  const from = performance.now();
  releases.release("broken");
  const reason = await path.step("50 %, a broken release", {
    percent: undefined,
    act: () => rolledBack(cast),
    tell: (reason) => `taken back by the gateway itself: ${reason}`,
  });
  const to = performance.now();
  await path.last(rolledBackTitle, { percent: 0, requests: 100 });

  releases.release("good");
  const rollBack = { from, to, mended: performance.now(), reason };
  await path.decide("50", "the release is mended");
  await path.last("50 %, the release mended", { percent: 50, requests: 200 });
  await path.decide("new", "it has stood the test");
  await path.step("100 %", {
    percent: 100,
    requests: 100,
    act: () => Promise.resolve(load.products.writtenBy("legacy").length),
    tell: (left) => `${left} products stay with the old shop, which was the first to write them`,
  });
  const imports = await path.step("100 %, all products moved", {
    percent: 100,
    requests: 50,
    act: () => moveTheRest(cast),
    tell: ({ last, moved }) =>
      `${moved} were carried over as they are by now: ${importedText(last)}`,
  });
  await legacy.stop();
  const aloneFrom = performance.now();
  await path.last("the old shop is off", { percent: 100, requests: 150 });
  await load.pauseWriters();
  const listed = { shown: await allListed(cast.url), known: load.products.priced() };
  return { ...await path.end(), shadows: { first, mended }, rollBack, imports, aloneFrom, listed };
}

/** Nobody writes while what the old shop has written moves: it would be lost between import and move. */
async function moveTheRest(cast: Cast) {
  const { operators, load } = cast;
  await load.pauseWriters();
  const last = await carryOver(cast, "mended");
  const again = await carryOver(cast, "mended");
  const position = String(last.position);
  const left = load.products.writtenBy("legacy");
  async function move(entity: string): Promise<void> {
    load.products.begin(entity);
    await operators.move(catalogRoute, { entity, side: "new", reason: "carried over" });
    load.products.move(entity, { side: "new", position });
  }
  for (let from = 0; from < left.length; from += 8) {
    await Promise.all(left.slice(from, from + 8).map(move));
  }
  await operators.set(listsRoute, { share: "new", reason: "all products are there" });
  load.goOn();
  return { last, again, moved: left.length };
}

/** Page by page. */
async function allListed(url: string): Promise<readonly Priced[]> {
  const items: Priced[] = [];
  let cursor: string | null = null;
  do {
    const from: string = cursor === null ? "" : `&cursor=${cursor}`;
    const answer = await fetch(`${url}/api/products?limit=50${from}`);
    const page = await answer.json();
    if (!answer.ok) throw new Error(`Cannot list: ${answer.status} ${JSON.stringify(page)}`);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items.map(({ sku, price }) => ({ sku, price }));
}

/** The steps as they are taken, and what happened during each. */
function trodden({ load, operators, progress, signal }: Cast) {
  const steps: Step[] = [];

  async function untilAnswered(requests: number): Promise<void> {
    const enough = load.observations.length + requests;
    await until(() => load.observations.length >= enough, { what: `${requests} answers`, signal });
  }

  /** Does what is to be done in it, and lasts for so many answers after that. */
  async function step<Found>(
    title: string,
    { percent, requests = 0, act, tell }: {
      readonly percent: number | undefined;
      readonly requests?: number;
      act(): Promise<Found>;
      tell(found: Found): string;
    },
  ): Promise<Found> {
    signal.throwIfAborted();
    progress.show(`${title} …`);
    const from = performance.now();
    const found = await act();
    await untilAnswered(requests);
    const outcome = tell(found);
    steps.push({ title, percent, from, to: performance.now(), outcome });
    progress.print(outcome === "" ? title : `${title}: ${outcome}`);
    return found;
  }

  return {
    async decide(share: string, reason: string): Promise<void> {
      await operators.set(catalogRoute, { share, reason });
    },
    /** Lasts for so many answers. */
    last(title: string, lasts: { readonly percent: number; readonly requests: number }) {
      return step(title, { ...lasts, act: () => Promise.resolve(), tell: () => "" });
    },
    step,
    async end(): Promise<Pick<Walked, "steps" | "observations">> {
      await load[Symbol.asyncDispose]();
      return { steps, observations: load.observations };
    },
  };
}

/** Where there was no time for all of it, it goes on: what was carried over before is then the same. */
async function carryOver({ url, signal }: Cast, draft: "first" | "mended"): Promise<Imported> {
  return await until<Imported>(async () => {
    const answer = await fetch(`${url}/api/product-imports/${draft}`, { method: "POST", signal });
    const imported = await answer.json();
    if (answer.ok) return imported;
    if (answer.status === 503 || answer.status === 504) return false;
    throw new Error(`Cannot carry over: ${answer.status} ${JSON.stringify(imported)}`);
  }, { what: `the ${draft} import`, signal });
}

/** The gateway has told operators which routes there are to be decided of. */
async function declared({ operators, signal }: Cast): Promise<void> {
  for (const name of [catalogRoute, listsRoute]) {
    await until(async () => await operators.route(name) !== undefined, {
      what: `route "${name}"`,
      signal,
    });
  }
}

type Shadowed = ShadowReport & { readonly imported: Imported };

/** Compares both sides until there is enough to judge by. */
async function carriedOverAndShadowed(
  cast: Cast,
  draft: "first" | "mended",
): Promise<Shadowed> {
  const { operators, signal } = cast;
  const imported = await carryOver(cast, draft);
  const reason = `the ${draft} import`;
  await operators.shadow(catalogRoute, { percent: 100, reason });
  const report = await until(async () => {
    const report = await operators.report(catalogRoute);
    return report.samples >= leastSamples && report;
  }, { what: `${leastSamples} comparisons`, signal });
  await operators.shadow(catalogRoute, { percent: 0, reason: "seen enough" });
  return { ...report, imported };
}

function findingsOf({ imported, samples, fields, examples, isSafeToRaise }: Shadowed): string {
  const [field] = fields;
  const example = examples[0]?.differences.find((each) => each.field === field?.field);
  const shown = example ? ` (old ${example.legacy}, new ${example.new})` : "";
  const found = field
    ? `${field.raw} of ${samples} differ in ${field.field}${shown}`
    : `none of ${samples} differ`;
  return `${importedText(imported)}; ${found}: ${isSafeToRaise ? "" : "not "}safe to raise`;
}

function importedText({ listed, priced }: Imported): string {
  const parts = [listed > 0 && `${listed} listed`, priced > 0 && `${priced} priced anew`];
  return parts.filter((part) => part !== false).join(", ") || "nothing new";
}

/** Resolves with why, when the gateway has taken the share back by itself. */
async function rolledBack({ operators, signal }: Cast): Promise<string> {
  return await until(async () => {
    const row = await operators.route(catalogRoute);
    return row !== undefined && row.percent === 0 && (row.reason ?? "rolled back");
  }, { what: "the roll-back", signal });
}

async function until<Found>(
  isSo: () => Found | false | Promise<Found | false>,
  { what, signal }: { readonly what: string; readonly signal: AbortSignal },
): Promise<Found> {
  const end = performance.now() + longestMs;
  for (;;) {
    signal.throwIfAborted();
    const found = await isSo();
    if (found !== false) return found;
    if (performance.now() > end) {
      throw new Error(`Cannot go on: ${what} did not come within ${longestMs / 1_000} s`);
    }
    await time.pause(50, { signal });
  }
}
