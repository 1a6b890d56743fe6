import type { ServiceClient } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import fc from "fast-check";
import assert from "node:assert/strict";
import { type Answering, strangledThings } from "../testing/strangled_things.ts";
import { stranglerDouble } from "../testing/strangler_double.ts";
import type { Side } from "./side_of.ts";

const said = { by: "ada", reason: "because" };
const route = "things";

/** What may happen while entities are written by gateways that may end at any moment. */
const happening = fc.oneof(
  fc.record({ percent: fc.constantFrom(0, 30, 70, 100) }),
  fc.record({
    write: fc.constantFrom("a", "b", "c"),
    endsAt: fc.option(fc.nat({ max: 6 }), { nil: undefined }),
  }),
  fc.record({
    // Under a key, as the side itself names it
    make: fc.constantFrom("key-1", "key-2"),
    endsAt: fc.option(fc.nat({ max: 6 }), { nil: undefined }),
  }),
  fc.record({ time: fc.constantFrom(500, 1_000, 5_000) }),
);

Deno.test("wherever a gateway ends, nothing is ever written on both sides, nor under one key", async () => {
  let ended = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 40 }), async (happenings) => {
      const clock = manualClock();
      const double = stranglerDouble();
      await double.decide({ type: "DeclareRoute", data: { route } });
      const written = { legacy: new Set<string>(), new: new Set<string>() };
      /** How many more steps this process lives to take; undefined: as many as there are. */
      let steps: number | undefined;
      let gateway = opened();

      /** Just before, or just after. */
      function step(): void {
        if (steps === undefined) return;
        if (steps-- === 0) throw new Error("This process has ended");
      }

      function answering(side: Side): Answering {
        return ({ method, path, body }) => {
          if (method === "GET") return Response.json({});
          step();
          const { key } = JSON.parse(body ?? "{}");
          const name = method === "PUT" ? path : `made under ${key}`;
          written[side].add(name);
          step();
          return Response.json(method === "PUT" ? {} : { sku: `${side}-${key}` });
        };
      }

      function opened() {
        const client: ServiceClient = {
          async call(name, request) {
            const counts = request.url.endsWith("/strangler/pins");
            if (counts) step();
            const answer = await double.client.call(name, request);
            if (counts) step();
            return answer;
          },
        };
        const sides = { legacy: answering("legacy"), new: answering("new") };
        return strangledThings(double, { client, clock, answering: sides });
      }

      async function attempt(
        endsAt: number | undefined,
        ask: () => Promise<Response>,
      ): Promise<void> {
        // What the client has no answer to it asks again, of the process that is started then
        for (let status = 500; status >= 500;) {
          steps = endsAt;
          const answer = await ask();
          if (steps === -1) {
            ended++;
            gateway = opened();
            endsAt = undefined;
            status = 500;
          } else status = answer.status;
        }
        steps = undefined;
      }

      for (const happened of happenings) {
        if ("time" in happened) await clock.advance(happened.time);
        else if ("percent" in happened) {
          const { percent } = happened;
          const data = { route, mode: "canary", percent, ...said } as const;
          await double.decide({ type: "SetRouteShare", data });
        } else if ("write" in happened) {
          const { write, endsAt } = happened;
          await attempt(endsAt, () => gateway.ask("PUT", `/api/things/${write}`, { body: {} }));
        } else {
          const { make: key, endsAt } = happened;
          const headers = { "Idempotency-Key": key };
          await attempt(
            endsAt,
            () => gateway.ask("POST", "/api/things", { headers, body: { key } }),
          );
        }
      }
      assert.deepEqual([...written.legacy.intersection(written.new)], []);
      await assertMadeIsFound(opened(), written);
    }),
    { numRuns: 60 },
  );
  assert.ok(ended > 20, `${ended} processes have ended`);
});

/** What a side has made and named it is asked for. */
async function assertMadeIsFound(
  { sideOf }: ReturnType<typeof strangledThings>,
  written: Readonly<Record<Side, ReadonlySet<string>>>,
): Promise<void> {
  for (const side of ["legacy", "new"] as const) {
    for (const name of written[side]) {
      const path = name.startsWith("made under ")
        ? `/api/things/${side}-${name.slice("made under ".length)}`
        : name;
      assert.equal(await sideOf(path), side, path);
    }
  }
}
