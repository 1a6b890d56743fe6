import { DeadlineExceeded, machine, silentLog, Unavailable } from "@headwater/core";
import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import { strangledThings } from "../testing/strangled_things.ts";
import { stranglerDouble } from "../testing/strangler_double.ts";

const said = { by: "ada", reason: "because" };
const route = "things";
const all = { route, mode: "canary", percent: 100, ...said } as const;

async function stranglerOfAll() {
  const double = stranglerDouble();
  await double.decide({ type: "DeclareRoute", data: { route } });
  await double.decide({ type: "SetRouteShare", data: all });
  return double;
}

Deno.test("what clients ask too much of a side is no reason to roll back either: time, or a position", async () => {
  const cases = [
    [{ "X-Request-Timeout-Ms": "999" }, new DeadlineExceeded("late")],
    [{ "X-Min-Position": "9" }, new Unavailable("behind", { code: "read-model-behind" })],
    [{}, new Unavailable("gone", { code: "request-aborted" })],
  ] as const;
  for (const [headers, error] of cases) {
    const double = await stranglerOfAll();
    let answerNew = () => Promise.reject<Response>(error);
    const { ask, sideOf } = strangledThings(double, { answering: { new: () => answerNew() } });
    for (let index = 0; index < 150; index++) await ask("GET", "/api/things", { headers });
    answerNew = () => Promise.resolve(Response.json({}));
    assert.equal(await sideOf("/api/things"), "new", error.message);
  }
});

Deno.test("a process that has never heard anything does not say that there is no such thing", async () => {
  const double = await stranglerOfAll();
  await strangledThings(double).ask("PUT", "/api/things/a");
  double.setAway(true);
  const { ask } = strangledThings(double, {
    answering: { legacy: () => Response.json({}, { status: 404 }) },
  });
  const unknown = await ask("GET", "/api/things/a");
  assert.deepEqual([unknown.status, (await unknown.json()).code], [503, "pins-unavailable"]);
});

Deno.test("an entity whose id looks like that of a request stays with its side", async () => {
  const double = await stranglerOfAll();
  await strangledThings(double).ask("PUT", "/api/things/request%20a");
  await double.decide({ type: "SetRouteShare", data: { ...all, percent: 0 } });
  assert.equal(await strangledThings(double).sideOf("/api/things/request%20a"), "new");
});

Deno.test("answers that were under way when a side was rolled back do not have it told once more", async () => {
  const double = await stranglerOfAll();
  const lines: string[] = [];
  const held = Promise.withResolvers<void>();
  const { ask } = strangledThings(double, {
    logger: { ...silentLog, error: (line: string) => void lines.push(line) },
    answering: {
      async new({ path }) {
        if (path.endsWith("late")) await held.promise;
        return Response.json({}, { status: 500 });
      },
    },
  });
  const late = Array.from({ length: 5 }, () => ask("GET", "/api/things/late"));
  await eventually("the roll-back", async () => {
    await ask("GET", "/api/things");
    return (await double.events()).some(({ type }) => type === "RouteRolledBack");
  });
  held.resolve();
  await Promise.all(late);
  assert.equal(lines.filter((line) => line.startsWith("Rolled back")).length, 1);
});

Deno.test("what is no word of a gateway in the shared store is passed over", async () => {
  const double = await stranglerOfAll();
  double.setAway(true);
  await using memory = machine.memoryStore();
  const store = { ...memory, isShared: true, get: () => Promise.resolve("<html>") };
  const { ask } = strangledThings(double, { store });
  for (const path of ["/api/things", "/api/things/a"]) {
    assert.equal((await ask("GET", path)).headers.get("X-Served-By"), "legacy");
  }
});
