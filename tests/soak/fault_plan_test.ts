import { deepEqual, equal, notDeepEqual, ok } from "node:assert/strict";
import { planPhases } from "./fault_plan.ts";

const processes = ["eventstore", "order", "payment", "gateway"];
const seeds = [1, 2, 3, 4, 5];

Deno.test("the same seed brings the same faults at the same moments, another one others", () => {
  const given = { orders: 10_000, processes };
  deepEqual(planPhases({ ...given, seed: 1 }), planPhases({ ...given, seed: 1 }));
  notDeepEqual(planPhases({ ...given, seed: 1 }), planPhases({ ...given, seed: 2 }));
});

Deno.test("every order has its phase, and every fault its moment among the orders of its phase", () => {
  for (const [seed, orders] of [[1, 200], [2, 999], [3, 50_000]] as const) {
    let next = 0;
    for (const { firstOrder, endOrder, faults } of planPhases({ orders, processes, seed })) {
      equal(firstOrder, next);
      const moments = faults.map(({ afterPlaced }) => afterPlaced);
      deepEqual(moments, moments.toSorted((one, other) => one - other));
      ok(moments.every((moment) => moment >= 0 && moment < endOrder - firstOrder), `${moments}`);
      next = endOrder;
    }
    equal(next, orders);
  }
});

Deno.test("every process is killed before memory is compared, and PostgreSQL is harmed in every way after that", () => {
  for (const seed of seeds) {
    const [calm, second, ...others] = planPhases({ orders: 2_000, processes, seed });
    deepEqual(calm?.faults, []);
    deepEqual(second?.faults.map(({ victim }) => victim).toSorted(), processes.toSorted());
    for (const { faults } of others) {
      ok(faults.every(({ victim }) => victim === "PostgreSQL"));
      deepEqual(faults.map(({ act }) => act).toSorted(), ["freeze", "kill", "restart"]);
    }
    const last = others.map(({ faults }) => faults.at(-1)?.act ?? "");
    deepEqual(last.toSorted(), ["freeze", "kill", "restart"]);
  }
});

Deno.test("more orders bring more faults", () => {
  const counts = planPhases({ orders: 50_000, processes, seed: 1 }).map(({ faults }) =>
    faults.length
  );
  deepEqual(counts, [0, 4, 12, 12, 12]);
});
