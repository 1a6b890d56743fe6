import { Hono } from "hono";
import { compress } from "hono/compress";
import { proxy } from "hono/proxy";
import { tell, untilEnded } from "./conversing_process.ts";

/** What is the least for the same: Hono's own proxy, and four answers put into one and packed, without a policy or a check. */
async function serveTwin(upstream: string): Promise<void> {
  const app = new Hono();
  // As ours does with what is longer than 2 kB
  app.get("/api/orders/:id", compress(), async (c) => {
    const id = c.req.param("id");
    const [order, payment, reservations, shipment] = await Promise.all([
      `/orders/${id}`,
      `/api/payments/order/${id}`,
      `/api/inventory/reservations/order/${id}`,
      `/api/shipments/order/${id}`,
    ].map(async (path) => await (await fetch(upstream + path)).json()));
    return c.json({ data: { order, payment, reservations, shipment } });
  });
  app.all("*", (c) => proxy(`${upstream}${c.req.path}`, c.req));
  await using _server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => tell(`http://127.0.0.1:${port}`) },
    app.fetch,
  );
  await untilEnded();
}

if (import.meta.main) await serveTwin(Deno.args[0]!);
