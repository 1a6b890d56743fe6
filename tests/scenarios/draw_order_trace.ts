import { traceCollector } from "@headwater/host/testing";
import { eventually } from "@headwater/testing";
import { ShopClient } from "@shop/judge";
import { makeDataPlace } from "../faults/data_place.ts";
import { startDev } from "../faults/dev_process.ts";
import { isWhole, placeTraced, storyOf, tracedOrder, traceId } from "./order_trace.ts";
import { tracePicture } from "./trace_picture.ts";

// deno run -A tests/scenarios/draw_order_trace.ts: draws docs/order_trace.svg anew, of an order in a split shop

await using collector = traceCollector();
await using place = await makeDataPlace();
await using dev = startDev(place.directory, { args: ["--split"], env: collector.env });
const { url } = await dev.ready();
// One before it, as on any day but the first
const client = new ShopClient({ shop: url });
for (const { sku } of tracedOrder.lines) await client.receive(sku, { quantity: 5 });
await client.place({ ...tracedOrder, customerId: "customer-0" });
await eventually("the one before", async () => {
  const { items } = await client.get("/api/notifications?customerId=customer-0");
  return items.length > 0;
});
await placeTraced((request) => {
  const { pathname } = new URL(request.url);
  return fetch(new Request(`${url}${pathname}`, request));
});
await collector.until((spans) => isWhole(spans.map(storyOf)));
await dev.stop();
const own = collector.spans.filter((span) => span.traceId === traceId);
const picture = tracePicture(own, {
  title: "an order's trace through the processes of a split shop",
  // Below commands, and between who calls and who answers, there is nothing that one would not expect
  isShown: ({ name, kind }) => kind !== "client" && !/^append |^POST \/commands/.test(name),
});
await Deno.writeTextFile(new URL("../../docs/order_trace.svg", import.meta.url), picture);
