import { time } from "@headwater/core";
import { openEventLog } from "@headwater/event-store";
import { shipmentIdOf } from "@shop/shipping/contract";
import { join } from "node:path";
import { type RunningDev, startDev } from "../faults/dev_process.ts";
import { makeDataPlace } from "../faults/data_place.ts";
import { ordersFor, writeShopHistory } from "./shop_history.ts";

const help = `deno task soak restart [EVENTS]

Writes a history of EVENTS events (default: 1000000, a few minutes), starts \`dev\` on it without any read models, places
an order at once, and tells how long it all takes, and how much memory.
`;

/** Between two looks at how far it is. */
const lookEveryMs = 1_000;

/** `deno task soak restart`. Resolves with the exit code: 0 done, 2 not understood. */
export async function soakRestart(
  [count = "1000000", ...others]: readonly string[],
): Promise<number> {
  if (count === "--help" || !/^[1-9]\d*$/.test(count) || others.length > 0) {
    print(help);
    return count === "--help" ? 0 : 2;
  }
  await using place = await makeDataPlace();
  const { directory } = place;
  print(`${await fill(directory, Number(count))} events are written\n`);
  const startedAt = performance.now();
  const since = () => `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
  await using process = startDev(directory);
  const running = await process.ready();
  print(`${since()}: the port is open\n`);
  const rows = [["port open", since()]];
  const placing = placeOrder(running).then(() => rows.push(["new order confirmed", since()]));
  let last = "";
  let most = 0;
  for (;;) {
    most = Math.max(most, await memoryOf(running));
    const reasons = await gapsOf(running);
    if (reasons.length === 0) break;
    const now = reasons.join("\n  ");
    if (now !== last) print(`${since()}: ${now}\n`);
    last = now;
    await time.pause(lookEveryMs);
  }
  rows.push(["all read models filled", since()]);
  await placing;
  rows.push(["most memory", `${most} MB`]);
  await process.stop();
  for (const [what = "", value = ""] of rows) print(`${what.padEnd(24)} ${value}\n`);
  return 0;
}

async function fill(directory: string, events: number): Promise<number> {
  await using log = openEventLog({ path: join(directory, "events.sqlite"), flushToDisk: false });
  await writeShopHistory(log, ordersFor(events));
  return await log.head() ?? 0;
}

/** Resolves when its parcel can be sent: read models, which could tell that it is confirmed, are not there yet. */
async function placeOrder({ url }: RunningDev): Promise<void> {
  const orderId = "placed-after-the-start";
  const placed = await post(`${url}/api/orders`, {
    orderId,
    customerId: "customer-1",
    currency: "EUR",
    lines: [{ sku: "SKU-1", quantity: 1, unitPrice: 450 }],
    shippingAddress: {
      name: "Ada Lovelace",
      line1: "1 Mill Lane",
      city: "Hull",
      postalCode: "12345",
      country: "GB",
    },
    paymentMethod: "pm_ok",
  });
  if (placed !== 202) throw new Error(`Cannot place an order: answered ${placed}`);
  const dispatch = `${url}/api/shipments/${shipmentIdOf(orderId)}/dispatch`;
  while (await post(dispatch, {}) !== 202) await time.pause(50);
}

async function post(url: string, body: unknown): Promise<number> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  await response.body?.cancel();
  return response.status;
}

/** What its services say of themselves that is not well. */
async function gapsOf({ url }: RunningDev): Promise<readonly string[]> {
  const response = await fetch(`${url}/health/ready`);
  const { checks } = await response.json();
  return Object.values(checks as Record<string, [{ readonly output?: string }]>)
    .flatMap(([{ output }]) => output ?? []);
}

/** Of the process that is the shop, in MB. */
async function memoryOf({ pid }: RunningDev): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", String(pid)] })
    .output();
  return Math.round(Number(new TextDecoder().decode(stdout)) / 1024);
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
