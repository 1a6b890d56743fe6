import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { manualClock } from "@headwater/testing";
import { createShedder, type Place, type Shedder } from "./shedder.ts";

const never = new AbortController().signal;

function setUp({ lagMs }: { readonly lagMs?: () => number } = {}) {
  const clock = manualClock();
  return { clock, shedder: createShedder({ start: 10, least: 4, clock, ...(lagMs && { lagMs }) }) };
}

function entered(entry: ReturnType<Shedder["enter"]>): Place {
  ok(typeof entry === "object" && !(entry instanceof Promise));
  return entry;
}

/** So many of what has the most places are worked on. */
function fill(shedder: Shedder, count: number): Place[] {
  return Array.from({ length: count }, () => entered(shedder.enter("critical", { signal: never })));
}

Deno.test("what is less important is refused first, and counted", async () => {
  const { clock, shedder } = setUp();
  fill(shedder, 5);
  equal(shedder.enter("bulk", { signal: never }), "limit");
  fill(shedder, 2);
  equal(shedder.enter("best-effort", { signal: never }), "limit");
  fill(shedder, 2);
  const normal = shedder.enter("normal", { signal: never });
  await clock.advance(250);
  equal(await normal, "limit");
  fill(shedder, 1);
  const { refused, ...rest } = shedder.describe();
  deepEqual(rest, { running: 10, waiting: 0, limit: 10 });
  deepEqual(Object.values(refused).map(({ limit }) => limit), [0, 1, 1, 1]);
});

Deno.test("who leaves makes room", () => {
  const { shedder } = setUp();
  const [first] = fill(shedder, 7);
  equal(shedder.enter("best-effort", { signal: never }), "limit");
  first!.leave("GET /");
  entered(shedder.enter("best-effort", { signal: never }));
});

Deno.test("what is critical waits for a place, in turn, for 250 ms at the most", async () => {
  const { clock, shedder } = setUp();
  const [first] = fill(shedder, 10);
  const order: string[] = [];
  async function wait(name: string): Promise<void> {
    const place = await shedder.enter("critical", { signal: never });
    order.push(`${name} ${typeof place === "string" ? place : "entered"}`);
  }
  const waits = [wait("one"), wait("other")];
  equal(shedder.describe().waiting, 2);
  await clock.advance(125);
  first!.leave(undefined);
  await clock.advance(125);
  await Promise.all(waits);
  deepEqual(order, ["one entered", "other limit"]);
  equal(clock.pending(), 0);
});

Deno.test("what has come all at once is served in turn, what is critical first", async () => {
  const { clock, shedder } = setUp();
  const running = fill(shedder, 10);
  const order: string[] = [];
  async function come(priority: "normal" | "critical"): Promise<void> {
    const place = await shedder.enter(priority, { signal: never });
    order.push(priority);
    if (typeof place === "string") throw new Error(`Cannot be served: ${place}`);
    await new Promise<void>((resolve) => clock.after(50, resolve));
    place.leave("GET /");
  }
  const burst = [...Array.from({ length: 9 }, () => come("normal")), come("critical")];
  await clock.advance(100);
  // Nine places in ten are for what is normal
  running.pop()!.leave("GET /");
  await clock.advance(49);
  deepEqual(order, ["critical"]);
  for (const each of running) each.leave("GET /");
  await clock.advance(50);
  await clock.advance(50);
  await Promise.all(burst);
  deepEqual(order.length, 10);
  equal(clock.pending(), 0);
  equal(shedder.describe().running, 0);
});

Deno.test("no more wait than there are places, and who hangs up waits no more", async () => {
  const { clock, shedder } = setUp();
  fill(shedder, 10);
  const caller = new AbortController();
  const waits = Array.from(
    { length: 10 },
    () => Promise.resolve(shedder.enter("critical", { signal: caller.signal })),
  );
  equal(shedder.enter("critical", { signal: never }), "limit");
  const reason = new Error("gone");
  caller.abort(reason);
  for (const each of waits) await rejects(each, reason);
  equal(shedder.describe().waiting, 0);
  equal(clock.pending(), 0);
});

Deno.test("a loop that is late refuses all but what is critical", () => {
  const { shedder } = setUp({ lagMs: () => 100 });
  fill(shedder, 3);
  entered(shedder.enter("normal", { signal: never }));
  entered(shedder.enter("bulk", { signal: never }));
  equal(shedder.enter("normal", { signal: never }), "lag");
  fill(shedder, 1);
  equal(shedder.describe().refused.normal.lag, 1);
});

Deno.test("who waits for something to come about holds a place for a moment only", async () => {
  const { clock, shedder } = setUp();
  const waiting = Array.from(
    { length: 7 },
    () => entered(shedder.enter("best-effort", { signal: never, waits: true })),
  );
  equal(shedder.enter("best-effort", { signal: never, waits: true }), "limit");
  await clock.advance(100);
  equal(shedder.describe().running, 0);
  const again = entered(shedder.enter("normal", { signal: never, waits: true }));
  equal(shedder.describe().running, 1);
  for (const each of [...waiting, again]) each.leave("GET /");
  equal(shedder.describe().running, 0);
});

Deno.test("a request whose client is at work rests, and its time does not count", async () => {
  const { clock, shedder } = setUp();
  for (let answers = 0; answers < 100; answers++) {
    const [resting, ...others] = fill(shedder, 10);
    resting!.rest();
    resting!.rest();
    equal(shedder.describe().running, 9);
    await clock.advance(5_000);
    resting!.resume();
    resting!.resume();
    equal(shedder.describe().running, 10);
    resting!.leave("PUT /upload");
    for (const each of others) each.leave(undefined);
    equal(shedder.describe().running, 0);
    if (shedder.describe().limit > 10) return;
  }
  throw new Error("Cannot see the limit rise: what was rested was taken for slow");
});

Deno.test("a place that is left while it rests is left once", () => {
  const { shedder } = setUp();
  const [one] = fill(shedder, 1);
  one!.rest();
  one!.leave("PUT /upload");
  equal(shedder.describe().running, 0);
});

Deno.test("routes are slow by what is usual for each", async () => {
  const { clock, shedder } = setUp();
  // A report takes two seconds by nature, and is learned as such while nothing else is asked
  for (let answers = 0; answers < 300; answers++) {
    const [report] = fill(shedder, 1);
    await clock.advance(2_000);
    report!.leave("GET /report");
  }
  ok(shedder.describe().limit >= 4);
  const before = shedder.describe().limit;
  for (let answers = 0; answers < 30; answers++) {
    const places = fill(shedder, before);
    await clock.advance(2_000);
    for (const each of places) each.leave("GET /report");
  }
  ok(shedder.describe().limit > before, `${before} → ${shedder.describe().limit}`);
});

Deno.test("what is critical gets the place of who only waits for something, as soon as that is no work any more", async () => {
  const { clock, shedder } = setUp();
  for (let each = 0; each < 10; each++) shedder.enter("critical", { signal: never, waits: true });
  await clock.advance(40);
  const entry = Promise.resolve(shedder.enter("critical", { signal: never }));
  await clock.advance(59);
  equal(shedder.describe().waiting, 1);
  await clock.advance(1);
  equal(typeof await entry, "object");
  equal(clock.pending(), 0);
});

Deno.test("who hangs up leaves nothing that looks after those who only wait", async () => {
  const { clock, shedder } = setUp();
  for (let each = 0; each < 10; each++) shedder.enter("critical", { signal: never, waits: true });
  const caller = new AbortController();
  const entry = Promise.resolve(shedder.enter("critical", { signal: caller.signal }));
  caller.abort(new Error("gone"));
  await rejects(entry);
  equal(clock.pending(), 0);
});

Deno.test("what was given up before it could be slow shows nothing of how much there may be", async () => {
  for (const isGivenUp of [true, false]) {
    const { clock, shedder } = setUp();
    for (let round = 0; round < 10; round++) {
      const places = fill(shedder, 10);
      await clock.advance(100);
      for (const each of places) each.leave("GET /", { isGivenUp });
    }
    equal(shedder.describe().limit > 10, !isGivenUp);
  }
});

Deno.test("what was given up when it was slow already shows that there is too much", async () => {
  const { clock, shedder } = setUp();
  for (const [ms, isGivenUp, limit] of [[100, false, 20], [1_000, true, 17]] as const) {
    const places = fill(shedder, shedder.describe().limit);
    await clock.advance(ms);
    for (const each of places) each.leave("GET /", { isGivenUp });
    equal(shedder.describe().limit, limit);
  }
});
