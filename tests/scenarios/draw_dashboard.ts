import { time } from "@headwater/core";
import { eventually } from "@headwater/testing";
import { ShopClient } from "@shop/judge";
import { z } from "zod";
import { makeDataPlace } from "../faults/data_place.ts";
import { startDev } from "../faults/dev_process.ts";
import { dashboardPicture, type DrawnPanel } from "./dashboard_picture.ts";
import { startPrometheus } from "./prometheus_process.ts";

// deno run -A tests/scenarios/draw_dashboard.ts: draws docs/dashboard.svg anew, as a real Prometheus sees a split shop

const loadMs = 60_000;
const nothingFailed = "Nothing is wrong: nobody was refused, and nothing failed";

/** Panels that a shop which is well has nothing for. Any other that is empty is one that shows nobody anything. */
const reasons: Readonly<Record<string, string>> = {
  "Failed and refused, by status": nothingFailed,
  "Refused: too much to do": nothingFailed,
  "Appends that were not taken": nothingFailed,
  "Calls that were not answered, by target": nothingFailed,
  "Circuits that are not closed": "All circuits are closed",
  "Not live, parked, being filled": "All read models are live, and nothing is parked",
  "Refused: a client asks too often, by route":
    "No route of the shop has a limit (declare({ rate }))",
};

const dashboard = z.object({
  panels: z.array(z.object({
    title: z.string(),
    type: z.string(),
    gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
    fieldConfig: z.object({ defaults: z.object({ unit: z.string().optional() }) }).optional(),
    targets: z.array(z.object({ expr: z.string(), legendFormat: z.string().default("") }))
      .default([]),
  })),
});

const root = new URL("../../", import.meta.url);
const { panels } = dashboard.parse(
  JSON.parse(await Deno.readTextFile(new URL("infra/deploy/dashboard.json", root))),
);

await using place = await makeDataPlace();
await using legacy = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
  const sku = new URL(request.url).pathname.split("/").at(-1);
  return Response.json({ sku, name: "As it was", price: 450, currency: "EUR" });
});
const routesFile = await Deno.makeTempFile({ suffix: ".json" });
await Deno.writeTextFile(
  routesFile,
  JSON.stringify({
    upstreams: { legacy: { url: `http://127.0.0.1:${legacy.addr.port}` } },
    routes: [{
      ...{ method: "GET", path: "/api/products/:sku", upstream: "legacy" },
      strangles: { name: "catalog", subject: ["header:X-Customer"] },
    }],
  }),
);
await using dev = startDev(place.directory, {
  args: ["--split"],
  env: { ROUTES_FILE: routesFile },
});
const { url } = await dev.ready();
await using prometheus = await startPrometheus(url);
const client = new ShopClient({ shop: url });
const from = Date.now() / 1_000;
const ended = AbortSignal.timeout(loadMs);
await Promise.all([ordering(), reading(), following()]);
const to = Date.now() / 1_000;

const drawn = await Promise.all(panels.map(async (panel): Promise<DrawnPanel> => {
  const { title, type, gridPos, fieldConfig, targets } = panel;
  const series = (await Promise.all(targets.map(({ expr, legendFormat }) =>
    prometheus.range(expr, { from, to, legend: legendFormat })
  ))).flat();
  const unit = fieldConfig?.defaults.unit;
  return { title, type, place: gridPos, unit, series, reason: reasons[title] };
}));
const silent = drawn.filter(({ type, series, reason }) =>
  type !== "row" && series.length === 0 && reason === undefined
);
if (silent.length > 0) {
  throw new Error(`Panels show nothing: ${silent.map(({ title }) => title).join("; ")}`);
}
const file = new URL("docs/dashboard.svg", root).pathname;
await Deno.writeTextFile(
  file,
  dashboardPicture(drawn, { title: "the dashboard, of a minute of a split shop", from, to }),
);
await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", file] }).output();
await Deno.remove(routesFile);
await dev.stop();

/** Orders that go well, and some that do not. */
async function ordering(): Promise<void> {
  const methods = ["pm_ok", "pm_ok", "pm_ok", "pm_flaky", "pm_declined"];
  await client.receive("COFFEE", { quantity: 10_000 });
  for (let turn = 0; !ended.aborted; turn++) {
    await client.place({
      lines: [{ sku: "COFFEE", quantity: 1 + turn % 3, unitPrice: 450 }],
      paymentMethod: methods[turn % methods.length]!,
    });
    await time.pause(150);
  }
}

async function reading(): Promise<void> {
  for (let turn = 0; !ended.aborted; turn++) {
    const { items } = await client.get("/api/orders?limit=10");
    for (const { orderId } of items) {
      await client.get(`/api/orders/${orderId}`);
      await client.get("/api/inventory/items/TEA");
      const product = await fetch(`${url}/api/products/TEA`, {
        headers: { "X-Customer": String(turn) },
      });
      await product.body?.cancel();
    }
    await time.pause(100);
  }
}

/** A customer who looks at their orders as they change. */
async function following(): Promise<void> {
  const orderId = crypto.randomUUID();
  await client.receive("TEA", { quantity: 10 });
  await client.place({ orderId });
  await eventually(
    "the order",
    async () => (await client.query(`/api/orders/${orderId}`)).status === 200,
  );
  const feed = await fetch(`${url}/api/orders/${orderId}/events`);
  await time.aborted(ended);
  await feed.body?.cancel();
}
