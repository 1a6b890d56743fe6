import { DeadlineExceeded, machine, silentLog, Unavailable } from "@headwater/core";
import { withSecret } from "@headwater/http";
import { eventually, manualClock } from "@headwater/testing";
import assert from "node:assert/strict";
import { strangledThings } from "../testing/strangled_things.ts";
import { stranglerDouble } from "../testing/strangler_double.ts";
import type { RouteState } from "./side_of.ts";

const said = { by: "ada", reason: "because" };
const route = "things";

async function stranglerWith({ percent = 0, mode = "canary" }: {
  readonly percent?: number;
  readonly mode?: RouteState["mode"];
}) {
  const double = stranglerDouble();
  await double.decide({ type: "DeclareRoute", data: { route } });
  if (percent > 0) {
    await double.decide({ type: "SetRouteShare", data: { route, mode, percent, ...said } });
  }
  return double;
}

/** Asks until it is so. */
async function until(holds: () => Promise<void>): Promise<void> {
  let last: unknown;
  await eventually("what was expected holds", async () => {
    try {
      await holds();
      return true;
    } catch (error) {
      last = error;
      return false;
    }
  }).catch(() => assert.fail(String(last)));
}

async function readJson(answer: Response): Promise<Record<string, unknown>> {
  return await answer.json();
}

Deno.test("a gateway declares its routes, and everything is the legacy side's until somebody decides", async () => {
  const double = stranglerDouble();
  const { sideOf } = strangledThings(double);
  assert.equal(await sideOf("/api/things/a"), "legacy");
  await until(async () => {
    assert.deepEqual((await double.events()).map(({ type }) => type), ["RouteDeclared"]);
  });
});

Deno.test("a route whose entities were pinned before it was declared is declared all the same", async () => {
  const double = stranglerDouble();
  await double.decide({ type: "PinEntity", data: { route, entity: "a", side: "legacy" } });
  await strangledThings(double).sideOf("/api/things");
  await until(async () => {
    const types = (await double.events()).map(({ type }) => type);
    assert.deepEqual(types, ["EntityPinned", "RouteDeclared"]);
  });
});

Deno.test("what was decided is known a second later, and stays known while the strangler is away", async () => {
  const clock = manualClock();
  const double = await stranglerWith({ percent: 100 });
  const { sideOf } = strangledThings(double, { clock });
  assert.equal(await sideOf("/api/things"), "new");
  await double.decide({ type: "KillRoute", data: { route, ...said } });
  assert.equal(await sideOf("/api/things"), "new");
  await clock.advance(1_000);
  await sideOf("/api/things");
  await until(async () => assert.equal(await sideOf("/api/things"), "legacy"));
  await double.decide({ type: "ReviveRoute", data: { route, ...said } });
  double.setAway(true);
  await clock.advance(60_000);
  assert.equal(await sideOf("/api/things"), "legacy");
});

Deno.test("a header is believed of operators alone, a cookie of everybody", async () => {
  const secret = "a secret of thirty-two characters";
  const { sideOf } = strangledThings(await stranglerWith({ percent: 0 }), {
    admitOperators: withSecret(secret),
  });
  assert.equal(await sideOf("/api/things", { "X-Route": "new" }), "legacy");
  const operator = { "X-Route": "new", "X-Service-Secret": secret };
  assert.equal(await sideOf("/api/things", operator), "new");
  assert.equal(await sideOf("/api/things", { Cookie: "a=b; x-route=new" }), "new");
  const both = { ...operator, "X-Route": "legacy", Cookie: "x-route=new" };
  assert.equal(await sideOf("/api/things", both), "legacy");
});

Deno.test("what is written stays with its side, for reads too, whatever is decided later", async () => {
  const clock = manualClock();
  const double = await stranglerWith({ percent: 100 });
  const { ask, sideOf } = strangledThings(double, { clock });
  assert.equal((await ask("PUT", "/api/things/a")).headers.get("X-Served-By"), "new");
  const none = { route, mode: "canary", percent: 0, ...said } as const;
  await double.decide({ type: "SetRouteShare", data: none });
  // Another process, which knows nothing yet
  const other = strangledThings(double, { clock });
  assert.equal(await other.sideOf("/api/things/b"), "legacy");
  assert.equal(await other.sideOf("/api/things/a"), "new");
  assert.equal((await other.ask("PUT", "/api/things/a")).headers.get("X-Served-By"), "new");
  const data = { route, entity: "a", side: "legacy", ...said } as const;
  await double.decide({ type: "MoveEntity", data });
  await clock.advance(1_000);
  await sideOf("/api/things/a");
  await until(async () => assert.equal(await sideOf("/api/things/a"), "legacy"));
});

Deno.test("an entity is found in a body, which the side gets as it came", async () => {
  const double = await stranglerWith({ percent: 100 });
  const { ask, reached } = strangledThings(double);
  await ask("POST", "/api/things", { body: { sku: "a", name: "A" } });
  assert.deepEqual(reached.map(({ body }) => body), ['{"sku":"a","name":"A"}']);
  const pinned = (await double.events()).filter(({ type }) => type === "EntityPinned");
  assert.deepEqual(pinned.map(({ data }) => data), [{ route, entity: "a", side: "new" }]);
});

Deno.test("an entity that the answer alone names is pinned before the client gets that", async () => {
  const double = await stranglerWith({ percent: 100 });
  const { ask } = strangledThings(double, {
    answering: { new: () => Response.json({ sku: "made" }, { status: 201 }) },
  });
  const answer = await ask("POST", "/api/things", { body: { name: "A" } });
  const pinned = (await double.events()).filter(({ type }) => type === "EntityPinned");
  assert.deepEqual(pinned.map(({ data }) => data), [{ route, entity: "made", side: "new" }]);
  assert.deepEqual([answer.status, await readJson(answer)], [201, { sku: "made" }]);
});

Deno.test("what was sent under a key reaches the same side when it is sent again", async () => {
  const double = await stranglerWith({ percent: 0 });
  const first = strangledThings(double);
  const headers = { "Idempotency-Key": "key-1" };
  await first.ask("POST", "/api/things", { headers, body: {} });
  const all = { route, mode: "canary", percent: 100, ...said } as const;
  await double.decide({ type: "SetRouteShare", data: all });
  const second = strangledThings(double);
  const again = await second.ask("POST", "/api/things", { headers, body: {} });
  const other = await second.ask("POST", "/api/things", { body: {} });
  assert.deepEqual([again, other].map(({ headers }) => headers.get("X-Served-By")), [
    "legacy",
    "new",
  ]);
});

Deno.test("nothing is written where nobody can tell which side has it, and reads go to the legacy side", async () => {
  const double = await stranglerWith({ percent: 50 });
  for (const side of ["legacy", "new"] as const) {
    await double.decide({ type: "PinEntity", data: { route, entity: `of ${side}`, side } });
  }
  const { ask, sideOf, reached } = strangledThings(double);
  await sideOf("/api/things");
  double.setAway(true);
  const answer = await ask("PUT", "/api/things/a");
  assert.deepEqual([answer.status, (await readJson(answer)).code], [503, "pins-unavailable"]);
  assert.equal(answer.headers.get("Retry-After"), "1");
  for (const sku of ["a", "b", "c", "d"]) {
    assert.equal(await sideOf(`/api/things/${sku}`), "legacy");
  }
  assert.deepEqual(reached.filter(({ method }) => method === "PUT"), []);
});

Deno.test("nobody is asked for the pin of what is read, where none says another side", async () => {
  const double = await stranglerWith({ percent: 50 });
  const { ask, sideOf } = strangledThings(double);
  for (const sku of ["a", "b", "c", "d"]) await sideOf(`/api/things/${sku}`);
  assert.ok(!double.asked.includes("GET /strangler/pins"));
  assert.equal((await ask("PUT", "/api/things/a")).status, 200);
  await double.decide({ type: "PinEntity", data: { route, entity: "b", side: "legacy" } });
  await double.decide({ type: "PinEntity", data: { route, entity: "c", side: "new" } });
  const other = strangledThings(double);
  for (const sku of ["a", "b", "c", "d", "a"]) await other.sideOf(`/api/things/${sku}`);
  assert.equal(double.asked.filter((asked) => asked === "GET /strangler/pins").length, 4);
});

Deno.test("that there is no such thing is said only where nobody else may have it", async () => {
  const clock = manualClock();
  const double = await stranglerWith({ percent: 50 });
  const answering = { legacy: () => Response.json({}, { status: 404 }) };
  const { ask, sideOf } = strangledThings(double, { clock, answering });
  await sideOf("/api/things");
  double.setAway(true);
  assert.equal((await ask("GET", "/api/things/a")).status, 404);
  double.setAway(false);
  await double.decide({ type: "PinEntity", data: { route, entity: "b", side: "new" } });
  await clock.advance(1_000);
  await sideOf("/api/things");
  await clock.advance(0);
  double.setAway(true);
  const unknown = await ask("GET", "/api/things/a");
  assert.deepEqual([unknown.status, (await readJson(unknown)).code], [503, "pins-unavailable"]);
});

Deno.test("a process that begins while the strangler is away does what others have heard last", async () => {
  const clock = manualClock();
  const double = await stranglerWith({ percent: 100 });
  const store = machine.memoryStore({ clock });
  assert.equal(await strangledThings(double, { clock, store }).sideOf("/api/things"), "new");
  double.setAway(true);
  const next = strangledThings(double, { clock, store });
  assert.equal(await next.sideOf("/api/things"), "new");
  assert.equal(await strangledThings(double, { clock }).sideOf("/api/things"), "legacy");
  double.setAway(false);
  await double.decide({ type: "KillRoute", data: { route, ...said } });
  await clock.advance(1_000);
  await until(async () => assert.equal(await next.sideOf("/api/things"), "legacy"));
});

Deno.test("a write is refused where something else than its pin says another side", async () => {
  const clock = manualClock();
  const double = await stranglerWith({ percent: 100 });
  const { ask, sideOf, reached } = strangledThings(double, { clock });
  await ask("PUT", "/api/things/a");
  const headers = { Cookie: "x-route=legacy" };
  const elsewhere = await ask("PUT", "/api/things/a", { headers });
  assert.deepEqual([elsewhere.status, (await readJson(elsewhere)).code], [
    409,
    "entity-pinned-elsewhere",
  ]);
  await double.decide({ type: "KillRoute", data: { route, ...said } });
  await clock.advance(1_000);
  await sideOf("/api/things");
  await until(async () => {
    const killed = await ask("PUT", "/api/things/a");
    assert.deepEqual([killed.status, (await readJson(killed)).code], [503, "route-killed"]);
  });
  assert.ok(reached.every(({ side, method }) => side === "new" || method === "GET"));
});

Deno.test("while the new side's circuit is open reads are the legacy side's, but for what only the new one has", async () => {
  const open = () => Promise.reject(new Unavailable("open", { code: "circuit-open" }));
  let answerNew: (() => Promise<Response>) | undefined;
  const double = await stranglerWith({ percent: 100 });
  const { ask, sideOf } = strangledThings(double, {
    answering: { new: () => answerNew?.() ?? Response.json({}) },
  });
  await ask("PUT", "/api/things/a");
  answerNew = open;
  assert.equal(await sideOf("/api/things"), "legacy");
  assert.equal(await sideOf("/api/things/b"), "legacy");
  assert.equal((await ask("GET", "/api/things/a")).status, 503);
  assert.equal((await ask("PUT", "/api/things/c")).status, 503);
  answerNew = () => Promise.reject(new DeadlineExceeded("late"));
  assert.equal((await ask("GET", "/api/things")).status, 504);
});

Deno.test("a route of mode new has no net: nothing falls back, and nothing is rolled back", async () => {
  const double = await stranglerWith({ percent: 100, mode: "new" });
  const { ask } = strangledThings(double, {
    answering: { new: () => Promise.reject(new Unavailable("open", { code: "circuit-open" })) },
  });
  for (let index = 0; index < 120; index++) {
    assert.equal((await ask("GET", "/api/things")).status, 503);
  }
  assert.ok((await double.events()).every(({ type }) => type !== "RouteRolledBack"));
});

Deno.test("a broken new side is rolled back here at once, and everywhere once the strangler knows", async () => {
  const clock = manualClock();
  const lines: string[] = [];
  const double = await stranglerWith({ percent: 100 });
  const logger = { ...silentLog, error: (line: string) => void lines.push(line) };
  const { sideOf } = strangledThings(double, {
    ...{ clock, logger },
    answering: { new: () => Response.json({}, { status: 500 }) },
  });
  await sideOf("/api/things");
  double.setAway(true);
  for (let index = 1; index < 100; index++) assert.equal(await sideOf("/api/things"), "new");
  assert.equal(await sideOf("/api/things"), "legacy");
  assert.match(lines.join(), /Rolled back "things" to 0 %: errors 100.0 % of 100 answers/);
  double.setAway(false);
  await clock.advance(1_000);
  assert.equal(await sideOf("/api/things"), "legacy");
  await until(async () => {
    const backs = (await double.events()).filter(({ type }) => type === "RouteRolledBack");
    assert.deepEqual(backs.map(({ data }) => (data as { from: number }).from), [100]);
  });
  // Raised again it is tried again
  await double.decide({
    type: "SetRouteShare",
    data: { route, mode: "canary", percent: 100, ...said },
  });
  await clock.advance(1_000);
  await until(async () => assert.equal(await sideOf("/api/things"), "new"));
});

Deno.test("what clients get wrong is no reason to roll back", async () => {
  const double = await stranglerWith({ percent: 100 });
  const { ask, sideOf } = strangledThings(double, {
    answering: { new: () => Response.json({}, { status: 404 }) },
  });
  for (let index = 0; index < 150; index++) await ask("GET", "/api/things");
  assert.equal(await sideOf("/api/things"), "new");
});
