import { silentLog } from "@headwater/core";
import { connectDatabases, databasesOn, describeRunning } from "@headwater/host";
import { shop as application } from "@shop/app";
import {
  caughtUp,
  type EndedOrder,
  outcomesOf,
  type PlannedOrder,
  readModelQueries,
} from "@shop/demo";
import { listInstances } from "@headwater/sagas";
import type { SoakedShop } from "./soaked_shop.ts";
import { until } from "./until.ts";

const tellEveryMs = 5_000;
const shown = 3;

/**
 * Resolves with the orders as the shop shows them when nothing happens any more: every story has ended as it is told,
 * no process has anything to do, and the read models have caught up.
 */
export async function untilAtRest(
  { directory, dev }: SoakedShop,
  { placed, onWait, signal }: {
    readonly placed: readonly PlannedOrder[];
    /** Told now and then what is still to happen. */
    onWait(left: string): void;
    readonly signal: AbortSignal;
  },
): Promise<readonly EndedOrder[]> {
  const running = await describeRunning(directory);
  await using connected = await connectDatabases(application, {
    url: databasesOn(running?.urls.postgres ?? "", { logger: silentLog }),
    name: "soak",
    logger: silentLog,
  });
  const { databases } = connected;
  const owner = databases.find(({ service }) => service === "order");
  const view = owner?.views.find(({ name }) => name === "orders");
  if (!owner || !view) throw new Error("Cannot look at orders: no service has them");
  const { sql } = owner;

  let left = "";
  let toldAt = performance.now();
  const ended = await until(() => `the shop to come to rest: ${left}`, async () => {
    if (performance.now() - toldAt > tellEveryMs) {
      onWait(left);
      toldAt = performance.now();
    }
    const open = await listInstances(sql);
    const some = open.slice(0, shown).map(({ id, step, cause }) =>
      [id, step, cause].filter((word) => word !== null).join(" ")
    );
    left = `${open.length} orders are under way: ${some.join("; ")}`;
    if (open.length > 0) return undefined;
    const rows = await sql<{ orderId: string; status: string; reason: string | null }[]>`
      select order_id as "orderId", status, reason from ${view.from(sql)}`;
    const orders = rows.map(({ reason, ...order }): EndedOrder => ({
      ...order,
      ...(reason !== null && { reason }),
    }));
    const others = outcomesOf(placed, orders).filter(({ asTold }) => !asTold);
    left = `ended otherwise so far: ${others.map(({ story }) => `"${story.title}"`).join(", ")}`;
    return others.length === 0 && orders;
  }, { signal });
  const { headers } = await dev.client.query("/api/notifications?limit=1");
  const head = Number(headers.get("X-Position"));
  for (const path of readModelQueries) await caughtUp(dev.client, { path, head, signal });
  return ended;
}
