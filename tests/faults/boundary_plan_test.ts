import { deepEqual, equal, notDeepEqual, throws } from "node:assert/strict";
import { boundariesOf, planCrashes, untriedSteps } from "./boundary_plan.ts";

const story = { title: "paid", placement: {}, ends: ["confirmed"] };
const names = [
  "order OrderPlaced",
  "fulfilment SagaStarted",
  "payment PaymentCharged",
  "fulfilment StepDone charge-payment",
  "order OrderConfirmed",
  "fulfilment StepDone confirm-order",
];

Deno.test("at every boundary each is killed who has to do with it, and the turns are taken one after the other", () => {
  const plan = planCrashes([{ story, names }], 1);
  const killed = Map.groupBy(plan, ({ victim }) => victim);
  for (const victim of ["order", "eventstore", "PostgreSQL"]) {
    deepEqual(killed.get(victim)?.map(({ after }) => after).toSorted(), names.toSorted());
  }
  // Who takes the next command, or has just written
  deepEqual(killed.get("payment")?.map(({ after }) => after).toSorted(), [
    "fulfilment SagaStarted",
    "payment PaymentCharged",
  ]);
  equal(new Set(plan.map(({ id }) => id)).size, 20);
  deepEqual(plan.slice(0, 4).map(({ victim }) => victim).toSorted(), [
    ...["PostgreSQL", "eventstore", "order", "payment"],
  ]);
});

Deno.test("the seed says what is when, and a crash is the same whatever else is planned", () => {
  const courses = [{ story, names }];
  deepEqual(planCrashes(courses, 1), planCrashes(courses, 1));
  notDeepEqual(planCrashes(courses, 1), planCrashes(courses, 2));
  const fewer = planCrashes([{ story, names: names.slice(0, 5) }], 1);
  const crashes = new Map(planCrashes(courses, 1).map((crash) => [crash.id, crash]));
  deepEqual(fewer.filter(({ id, delayMs }) => crashes.get(id)?.delayMs !== delayMs), []);
});

Deno.test("a step is tried when it was for any product, and each message is one of its own", () => {
  const steps = ["reserve-stock:TEA", "reserve-stock:MUG", "ship-stock:MUG", "charge", "notify:a"];
  const boundaries = ["fulfilment StepDone reserve-stock:TEA", "fulfilment StepRefused charge"];
  deepEqual(untriedSteps(steps, [...boundaries, "fulfilment StepDone notify:b"]), [
    ...["ship-stock", "notify:a"],
  ]);
});

Deno.test("a story is tried on the part of its way that it is there for", () => {
  const [, , from, until] = names;
  deepEqual(boundariesOf({ story: { ...story, from, until }, names }), [from, until]);
  deepEqual(boundariesOf({ story: { ...story, from: names[4] }, names }), names.slice(4));
  throws(() => boundariesOf({ story: { ...story, from: "order OrderShipped" }, names }), {
    message:
      /^Cannot find the way from "order OrderShipped" to "undefined": it was order OrderPlaced,/,
  });
});
