import { deepEqual } from "node:assert/strict";
import { planPhases } from "./fault_plan.ts";
import type { Memory } from "./flatness.ts";
import { objectionsTo, type PhaseResult, type ShopResult } from "./shop_result.ts";

const [firstPhase] = planPhases({ orders: 200, processes: ["shop"], seed: 1 });
const memory: Memory = { parts: [], postgresBytes: 0 };

const phase: PhaseResult = {
  phase: firstPhase!,
  ms: 10_000,
  answers: { placingMs: [], refused: { commands: new Map(), queries: new Map() } },
  stall: { ms: 0, cpuMs: 0, part: "shop" },
  struck: [],
  restMs: 2_000,
  ended: [],
  memory,
};
const well: ShopResult = {
  topology: "one process",
  startedAt: 0,
  orders: [],
  memory,
  phases: [phase],
  restart: { servedAgainMs: 3_000, restMs: 0 },
  lost: [],
  verdicts: [{ name: "money adds up", holds: true, detail: "200 orders" }],
};

Deno.test("a shop in which all is well gives no reason to object", () => {
  deepEqual(objectionsTo(well), []);
});

Deno.test("rest that takes too long, a process that ends by itself and an invariant that breaks are told", () => {
  const detail = 'order "order001" was charged 2 times';
  const objections = objectionsTo({
    ...well,
    phases: [{ ...phase, restMs: 10_060 }],
    restart: { servedAgainMs: 20_000, restMs: 11_000 },
    lost: ['"order" (process 17)'],
    verdicts: [{ name: "money adds up", holds: false, detail }],
  });
  deepEqual(objections, [
    "Rest took 10.1 s after 0–10 %",
    "Rest took 11.0 s after the restart",
    'Ended by itself: "order" (process 17)',
    `Does not hold: money adds up: ${detail}`,
  ]);
});
