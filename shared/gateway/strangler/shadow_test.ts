import { type ManualClock, manualClock } from "@headwater/testing";
import assert from "node:assert/strict";
import { type Answering, strangledThings, things } from "../testing/strangled_things.ts";
import { stranglerDouble } from "../testing/strangler_double.ts";
import type { Side } from "./side_of.ts";
import type { Strangles } from "./strangles.ts";

const said = { by: "ada", reason: "because" };
const route = "things";

async function opened(
  { answering, shadow, random = () => 0.5, percent = 100 }: {
    readonly answering?: Partial<Record<Side, Answering>>;
    readonly shadow?: Strangles["shadow"];
    random?(): number;
    readonly percent?: number;
  } = {},
) {
  const clock = manualClock();
  const double = stranglerDouble();
  await double.decide({ type: "DeclareRoute", data: { route } });
  await double.decide({ type: "SetRouteShadow", data: { route, percent, ...said } });
  const strangled = strangledThings(double, {
    ...{ clock, random, answering: answering ?? {} },
    strangles: { ...things, shadow },
  });
  return { ...strangled, clock, double };
}

async function get(
  { ask, clock }: {
    ask(method: string, path: string): Promise<Response>;
    readonly clock: ManualClock;
  },
): Promise<void> {
  const answer = await ask("GET", "/api/things");
  await answer.text();
  await clock.advance(0);
}

Deno.test("the new side is asked after the client has its answer, and differences are reported", async () => {
  const { ask, reached, clock, double } = await opened();
  const answer = await ask("GET", "/api/things");
  await clock.advance(10);
  assert.deepEqual(reached.map(({ side }) => side), ["legacy"]);
  assert.deepEqual([answer.headers.get("X-Served-By"), await answer.json()], [
    "legacy",
    { from: "legacy" },
  ]);
  await clock.advance(1_000);
  assert.deepEqual(reached.map(({ side, isShadow }) => [side, isShadow]), [
    ["legacy", false],
    ["new", true],
  ]);
  const [batch] = double.batches;
  assert.deepEqual([batch?.route, batch?.round, batch?.samples, batch?.mismatches], [
    "things",
    1,
    1,
    1,
  ]);
  assert.deepEqual(batch?.examples[0]?.differences, [
    { field: "body.from", legacy: '"legacy"', new: '"new"' },
  ]);
});

Deno.test("for a tenth of the samples the legacy side is asked again, which is noise", async () => {
  let asked = 0;
  const rig = await opened({
    random: () => 0.05,
    answering: { legacy: () => Response.json({ asked: asked++ }) },
  });
  await get(rig);
  await rig.clock.advance(1_000);
  assert.deepEqual(rig.reached.map(({ side }) => side), ["legacy", "new", "legacy"]);
  const [batch] = rig.double.batches;
  assert.equal(batch?.noiseSamples, 1);
  assert.deepEqual(batch?.fields, [
    { field: "body.asked", raw: 1, noise: 1 },
    { field: "body.from", raw: 1, noise: 0 },
  ]);
});

Deno.test("as many are compared as were asked for", async () => {
  let random = 0;
  const rig = await opened({ percent: 25, random: () => (random = (random + 0.1) % 1) });
  for (let index = 0; index < 40; index++) await get(rig);
  const shadows = rig.reached.filter(({ isShadow, side }) => isShadow && side === "new");
  assert.ok(shadows.length > 4 && shadows.length < 16, String(shadows.length));
});

Deno.test("writes are not asked twice, unless they have no effect, with the same body", async () => {
  const writes = await opened();
  await (await writes.ask("POST", "/api/things", { body: { sku: "a" } })).text();
  await writes.clock.advance(1_000);
  assert.deepEqual(writes.reached.map(({ side }) => side), ["legacy"]);
  const searches = await opened({ shadow: { sideEffectFree: true } });
  await (await searches.ask("POST", "/api/things", { body: { q: "tea" } })).text();
  await searches.clock.advance(1_000);
  assert.deepEqual(searches.reached.map(({ side, body }) => [side, body]), [
    ["legacy", '{"q":"tea"}'],
    ["new", '{"q":"tea"}'],
  ]);
  // Nothing is pinned for who only asks
  assert.ok((await searches.double.events()).every(({ type }) => type !== "EntityPinned"));
});

Deno.test("ten are in flight at the most: who comes then is dropped, and never waits", async () => {
  const held = Promise.withResolvers<void>();
  const rig = await opened({
    answering: {
      async new() {
        await held.promise;
        return Response.json({ from: "legacy" });
      },
    },
  });
  for (let index = 0; index < 15; index++) await get(rig);
  assert.equal(rig.reached.filter(({ side }) => side === "new").length, 10);
  held.resolve();
  await rig.clock.advance(2_000);
  assert.equal(rig.reached.filter(({ side }) => side === "new").length, 10);
  const counted = rig.double.batches.reduce(
    (sum, { samples, dropped }) => [sum[0]! + samples, sum[1]! + dropped],
    [0, 0],
  );
  assert.deepEqual(counted, [10, 5]);
});

Deno.test("no more answers are kept than fit, while clients take their time", async () => {
  const rig = await opened();
  const answers: Response[] = [];
  for (let index = 0; index < 105; index++) answers.push(await rig.ask("GET", "/api/things"));
  await Promise.all(answers.map((answer) => answer.body?.cancel()));
  await get(rig);
  await rig.clock.advance(2_000);
  const dropped = rig.double.batches.reduce((sum, { dropped }) => sum + dropped, 0);
  const samples = rig.double.batches.reduce((sum, { samples }) => sum + samples, 0);
  assert.deepEqual([dropped, samples], [105, 1]);
});

Deno.test("a new side that is late, or away, differs in its status", async () => {
  const rig = await opened({
    shadow: { timeoutMs: 100 },
    answering: { new: () => new Promise(() => {}) },
  });
  await get(rig);
  await rig.clock.advance(2_000);
  assert.deepEqual(rig.double.batches[0]?.examples[0]?.differences, [
    { field: "status", legacy: "200", new: "504" },
  ]);
});

Deno.test("answers of more than 64 KiB are not compared, and pass as they are", async () => {
  const long = "x".repeat(65 * 1024);
  for (const side of ["legacy", "new"] as const) {
    const rig = await opened({ answering: { [side]: () => new Response(long) } });
    const answer = await rig.ask("GET", "/api/things");
    const text = await answer.text();
    if (side === "legacy") assert.equal(text, long);
    await rig.clock.advance(2_000);
    assert.deepEqual(rig.double.batches.map(({ samples, dropped }) => [samples, dropped]), [
      [0, 1],
    ]);
  }
});

Deno.test("what stays with the legacy side is not compared, nor anything of a killed route or one without legacy side", async () => {
  const pinned = await opened();
  await (await pinned.ask("PUT", "/api/things/a")).text();
  await pinned.double.decide({
    type: "SetRouteShare",
    data: { route, mode: "canary", percent: 1, ...said },
  });
  await pinned.clock.advance(1_000);
  for (let index = 0; index < 3; index++) {
    await (await pinned.ask("GET", "/api/things/a")).text();
    await pinned.clock.advance(1_000);
  }
  assert.ok(pinned.reached.every(({ isShadow }) => !isShadow));
  const killed = await opened();
  await killed.double.decide({ type: "KillRoute", data: { route, ...said } });
  await get(killed);
  await killed.clock.advance(1_000);
  assert.ok(killed.reached.every(({ side }) => side === "legacy"));
});

Deno.test("a strangler that is away costs a report and nothing else", async () => {
  const rig = await opened();
  await get(rig);
  rig.double.setAway(true);
  await rig.clock.advance(2_000);
  rig.double.setAway(false);
  await get(rig);
  await rig.clock.advance(2_000);
  assert.deepEqual(rig.double.batches.map(({ samples }) => samples), [1]);
});
