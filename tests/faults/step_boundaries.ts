import { time } from "@headwater/core";
import type { Plan } from "@headwater/sagas";
import { receiveStock, waitUntilAtRest } from "@shop/demo";
import { checkInvariants, type PlainEvent, type Verdict } from "@shop/judge";
import { type Course, type Crash, planCrashes, untriedSteps } from "./boundary_plan.ts";
import type { BoundaryShop } from "./boundary_shop.ts";
import { boundaryStories, type BoundaryStory, type Stage, stock } from "./boundary_stories.ts";
import { nameOf, watchOrders } from "./order_watch.ts";

/** What was done, and what came of it. */
export type Boundaries = {
  /** All that are planned, and how many of them were tried. */
  readonly planned: number;
  readonly tried: number;
  readonly crashes: number;
  /** Where the order had not gone on when it happened. */
  readonly exact: number;
  /** Where the order went another way before it came there. */
  readonly missed: readonly string[];
  /** Steps of the saga at which nothing was tried. */
  readonly untried: readonly string[];
  /** The first crash after which something did not hold, and what. */
  readonly broken?: { readonly crash: Crash; readonly cause: string };
};

export type BoundariesOptions = {
  readonly seed: number;
  readonly stories?: readonly BoundaryStory[];
  /** How many of the plan, from the first on; default: all. */
  readonly most?: number;
  /** Only the one with this id. */
  readonly only?: string;
  readonly signal?: AbortSignal;
  say?(line: string): void;
};

type Scene = Stage & {
  readonly shop: BoundaryShop;
  readonly signal: AbortSignal | undefined;
};

const mostRaces = 10;

/** Plays each story alone, then each crash of the plan with an order of its own; all invariants are judged after each. */
export async function crashAtBoundaries(
  shop: BoundaryShop,
  { seed, stories = boundaryStories, most = Infinity, only, signal, say = () => {} }:
    BoundariesOptions,
): Promise<Boundaries> {
  await using watch = watchOrders(shop.log);
  let pids = await shop.victims();
  const scene: Scene = {
    ...{ shop, watch, signal, client: shop.client, databases: shop.databases },
    freeze: (service) => frozen(pids.get(service)),
  };
  await receiveStock(shop.client, stock);
  const courses: Course[] = [];
  const steps = new Set<string>();
  for (const [index, story] of stories.entries()) {
    const events = await playAlone(story, { name: `alone${index + 1}`, scene });
    courses.push({ story, names: events.map(nameOf) });
    for (const step of events.flatMap(stepsOf)) steps.add(step);
  }
  const plan = planCrashes(courses, seed);
  say(`${plan.length} crashes are planned, at the boundaries of ${courses.length} stories`);
  const tried = new Set<string>();
  const missed: string[] = [];
  let [crashes, exact] = [0, 0];
  const result = () => ({
    planned: plan.length,
    ...{ crashes, exact, missed, tried: tried.size },
    untried: untriedSteps([...steps], [...tried]),
  });
  for (const [index, crash] of plan.entries()) {
    if (only === undefined ? index >= most : crash.id !== only) continue;
    signal?.throwIfAborted();
    const { story, after, victim, delayMs } = crash;
    const what = `${crash.id} ${story.title}: kill -9 ${victim} ${delayMs} ms after ${after}`;
    const startedAt = performance.now();
    pids = await shop.victims();
    try {
      const struck = await strikeOnce(crash, { orderId: `order${index + 1}`, pids, scene });
      if (struck === "missed") missed.push(what);
      else {
        crashes += 1;
        tried.add(`${story.title}: ${after}`);
        if (struck === "exact") exact += 1;
      }
      say(`${what}, ${struck}, ${Math.round(performance.now() - startedAt)} ms`);
    } catch (error) {
      signal?.throwIfAborted();
      say(`${shop.lastWords.join("")}${what}: ${error}`);
      crashes += 1;
      return { ...result(), broken: { crash, cause: String(error) } };
    }
  }
  return result();
}

/** What was written when nobody was killed; where somebody wins a race, when the way that is to be tried was gone. */
async function playAlone(
  story: BoundaryStory,
  { name, scene }: { readonly name: string; readonly scene: Scene },
): Promise<readonly PlainEvent[]> {
  for (let race = 1; race <= mostRaces; race++) {
    const orderId = `${name}-${race}`;
    await play(story, { orderId, scene });
    await objectionsAtRest(story, { orderId, scene }).then(throwOn);
    if (await statusOf(orderId, scene) === story.ends[0]) return scene.watch.eventsOf(orderId);
  }
  throw new Error(`Cannot try "${story.title}": it never ended ${story.ends[0]}`);
}

/** `late`: the order had gone on before the victim was dead. */
async function strikeOnce(
  { story, after, victim, delayMs }: Crash,
  { orderId, pids, scene }: {
    readonly orderId: string;
    readonly pids: ReadonlyMap<string, number>;
    readonly scene: Scene;
  },
): Promise<"exact" | "late" | "missed"> {
  const { shop, watch } = scene;
  const pid = pids.get(victim)!;
  const over = new AbortController();
  let struckAt: number | undefined;
  const striking = watch.until(orderId, after, over).then(async () => {
    if (delayMs > 0) await time.pause(delayMs);
    Deno.kill(pid, "SIGKILL");
    struckAt = Date.now();
    await shop.restored({ victim, pid });
  });
  // Whether it was done is asked when the order has been played
  striking.catch(() => {});
  try {
    await play(story, { orderId, scene });
    await cameThere(after, { orderId, scene, signal: over.signal });
    if (watch.saw(orderId, after)) await striking;
  } finally {
    over.abort();
  }
  await objectionsAtRest(story, { orderId, scene }).then(throwOn);
  if (struckAt === undefined) return "missed";
  const next = followerOf(after, watch.eventsOf(orderId));
  return next && Date.parse(next.recordedAt) < struckAt ? "late" : "exact";
}

/** What was written next on the order's way: not in the same append, nor by whom it only concerns. */
function followerOf(name: string, events: readonly PlainEvent[]): PlainEvent | undefined {
  const at = events.findIndex((event) => nameOf(event) === name);
  const boundary = events[at];
  return events.slice(at + 1).find(({ stream, recordedAt }) =>
    !(stream === boundary?.stream && recordedAt === boundary.recordedAt) &&
    !stream.startsWith("paymentReminder-")
  );
}

/** Resolves when an order has come to a boundary, or to rest without it. */
async function cameThere(
  name: string,
  { orderId, scene: { shop, watch }, signal }: {
    readonly orderId: string;
    readonly scene: Scene;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const there = () => watch.until(orderId, name, { signal });
  // Whoever is killed may be whom the looking for rest asks
  await Promise.race([there(), waitUntilAtRest({ ...shop, signal }).catch(there)]);
}

async function play(
  story: BoundaryStory,
  { orderId, scene }: { readonly orderId: string; readonly scene: Scene },
): Promise<void> {
  const { status, body } = await scene.client.place({ ...story.placement, orderId });
  if (status !== 202) throw new Error(`Cannot place it: ${status} ${JSON.stringify(body)}`);
  await story.live?.(orderId, scene);
}

async function objectionsAtRest(
  { ends }: BoundaryStory,
  { orderId, scene: { shop, signal } }: { readonly orderId: string; readonly scene: Scene },
): Promise<readonly string[]> {
  await waitUntilAtRest({ ...shop, signal });
  const { acknowledged } = shop.client;
  const verdicts: readonly Verdict[] = await checkInvariants({ ...shop, acknowledged });
  const status = await statusOf(orderId, shop);
  return [
    ...verdicts.filter(({ holds }) => !holds).map(({ name, detail }) => `not "${name}": ${detail}`),
    ...verdicts.length === 7 ? [] : [`${verdicts.length} invariants were judged`],
    ...ends.includes(status) ? [] : [`"${orderId}" ended ${status}`],
  ];
}

async function statusOf(orderId: string, { client }: Pick<Scene, "client">): Promise<string> {
  return (await client.get(`/api/orders/${orderId}`)).data.order.status;
}

function throwOn(objections: readonly string[]): void {
  if (objections.length > 0) throw new Error(objections.join("; "));
}

/** All that the saga may have to do, as it was recorded when it began. */
function stepsOf({ stream, type, data }: PlainEvent): readonly string[] {
  if (type !== "SagaStarted" || !stream.startsWith("fulfilment-")) return [];
  const { plan } = data as unknown as { readonly plan: Plan };
  const groups = [...plan.groups, ...plan.later.flatMap(({ groups }) => groups)].flat();
  return [
    ...groups.flatMap(({ step, undo }) => undo === undefined ? [step] : [step, undo]),
    ...[...plan.first, ...plan.last, plan.refuse ?? []].flat(),
  ];
}

function frozen(pid: number | undefined): () => void {
  if (pid === undefined) throw new Error("Cannot freeze it: there is no such process");
  Deno.kill(pid, "SIGSTOP");
  return () => {
    try {
      Deno.kill(pid, "SIGCONT");
    } catch (error) {
      // It was killed meanwhile
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  };
}
