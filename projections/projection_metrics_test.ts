import { machine } from "@headwater/core";
import assert from "node:assert/strict";
import { appliedEvents, observeProjections } from "./projection_metrics.ts";
import type { ProjectionStatus } from "./projection_status.ts";

function status(given: Partial<ProjectionStatus>): ProjectionStatus {
  return {
    ...{ service: "order", name: "orders", generation: 1, state: "live", since: null, cause: null },
    ...{ lagMs: 0, caughtUp: true, position: 7, version: 1, needsRebuild: false, parkedKeys: 0 },
    ...{ progress: null, owner: null },
    ...given,
  };
}

async function linesOf(view: Parameters<typeof observeProjections>[1]["views"][number]) {
  const meter = machine.prometheusMeter();
  using _observed = observeProjections(meter, { service: "order", views: [view] });
  const page = await meter.page();
  assert.doesNotMatch(page, /unread{/);
  return page.split("\n").filter((line) => line.includes("{")).map((line) =>
    line.replace('service="order",projection="orders"', "orders")
  );
}

Deno.test("what is said of a read model is that of the generation that is read", async () => {
  const read = status({ lagMs: 1_500, parkedKeys: 3, state: "catching-up" });
  const progress = { replayed: 30, target: 120, eventsPerSecond: 10 };
  const built = status({ generation: 2, state: "building", lagMs: 9_000, progress });
  assert.deepEqual(
    await linesOf({ name: "orders", read: () => read, reports: () => [read, built] }),
    [
      "headwater_projection_filled_ratio{orders} 0.25",
      "headwater_projection_lag_seconds{orders} 1.5",
      "headwater_projection_parked_keys{orders} 3",
      'headwater_projection_state{orders,state="catching-up"} 1',
    ],
  );
});

Deno.test("as long as nobody knows which one is read, its state is all that is said", async () => {
  const view = { name: "orders", read: () => undefined, reports: () => [] };
  assert.deepEqual(await linesOf(view), ['headwater_projection_state{orders,state="starting"} 1']);
});

Deno.test("a filling of an empty log is no division by nothing", async () => {
  const read = status({ progress: { replayed: 0, target: 0, eventsPerSecond: 0 } });
  const [filled] = await linesOf({ name: "orders", read: () => read, reports: () => [read] });
  assert.equal(filled, "headwater_projection_filled_ratio{orders} 0");
});

Deno.test("events that were taken in are counted by view", async () => {
  const meter = machine.prometheusMeter();
  appliedEvents(meter, { service: "order", projection: "orders" }).add(5);
  appliedEvents(meter, { service: "order", projection: "orders" }).add(2);
  assert.match(
    await meter.page(),
    /projection_events_total{service="order",projection="orders"} 7\n/,
  );
});
