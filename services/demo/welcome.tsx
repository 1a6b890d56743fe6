import type { Service } from "@headwater/core";
import type { EdgeRoutes } from "@headwater/http";
import { ShopClient } from "@shop/judge";
import { Hono } from "hono";
import { z } from "zod";
import { placeOrders } from "./place_orders.ts";
import { planOrder, stockFor, stories } from "./stories.ts";
import { type WatchedAct, watchedActs, type WatchedOrder, WelcomePage } from "./welcome_page.tsx";
import { welcomeScript } from "./welcome_script.ts";
import { welcomeStyle } from "./welcome_style.ts";

const headers = {
  "Cache-Control": "no-store",
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
};

const id = z.string().regex(/^[\w-]{1,80}$/);
const watched = z.object({ order: id, correlation: id, title: z.string().max(100) });
const timeline = z.object({
  items: z.array(z.object({
    at: z.string(),
    service: z.string(),
    type: z.string(),
    step: z.string().optional(),
    compensates: z.string().optional(),
  })),
});

/** `/` for browsers: the shop for who tries it out. Everybody else gets what the gateway says of itself. */
export function welcome(
  { shop = (url) => new URL(url).origin }: {
    /** Who is asked, where the page is at this URL; default: who has sent the page. */
    shop?(url: string): string | Service;
  } = {},
): EdgeRoutes {
  const clientOf = (url: string) => new ShopClient({ shop: shop(url) });
  const app: EdgeRoutes = new Hono();
  app.get("/welcome.css", (c) => c.body(welcomeStyle, 200, { "Content-Type": "text/css" }));
  app.get("/welcome.js", (c) => c.body(welcomeScript, 200, { "Content-Type": "text/javascript" }));
  app.get("/", async (c, next) => {
    if (!c.req.header("Accept")?.includes("text/html")) return await next();
    const { data } = watched.safeParse(c.req.query());
    const order = data && await watchedOrder(clientOf(c.req.url), data);
    const refused = c.req.query("refused")?.slice(0, 500);
    return c.html(`<!DOCTYPE html>${<WelcomePage {...{ order, refused }} />}`, 200, headers);
  });
  app.post("/", async (c) => {
    const form = await c.req.parseBody();
    const client = clientOf(c.req.url);
    const story = stories.find(({ title }) => title === form["story"]);
    if (story) return c.redirect(`/?${await placed(client, story.title)}`, 303);
    const { data } = watched.safeParse(form);
    const act = watchedActs.find((each) => each === form["act"]);
    if (!data || !act) return c.redirect("/", 303);
    const refused = await done(client, { orderId: data.order, act });
    const query = new URLSearchParams({ ...data, ...(refused !== undefined && { refused }) });
    return c.redirect(`/?${query}`, 303);
  });
  return app;
}

/** Places an order of the story, and gives what leads to it. */
async function placed(client: ShopClient, title: string): Promise<URLSearchParams> {
  const order = planOrder(title, `order-${crypto.randomUUID().slice(0, 8)}`);
  for (const [sku, wanted] of stockFor([order])) {
    const { body } = await client.query(`/api/inventory/items/${sku}`);
    const missing = wanted - Number(body?.available ?? 0);
    if (missing > 0) await client.receive(sku, { quantity: missing });
  }
  await placeOrders(client, [order]);
  const { key = "" } = client.acknowledged.find(({ event }) => event === "OrderPlaced") ?? {};
  return new URLSearchParams({ order: order.orderId, correlation: key, title });
}

async function watchedOrder(
  client: ShopClient,
  { order: orderId, correlation, title }: z.infer<typeof watched>,
): Promise<WatchedOrder> {
  const { body } = await client.query(`/api/orders/${orderId}/timeline`);
  const events = timeline.safeParse(body).data?.items ?? [];
  return { orderId, correlationId: correlation, title, events, acts: actsFor(events) };
}

/** What may be done after all that has happened. */
function actsFor(events: WatchedOrder["events"]): readonly WatchedAct[] {
  const happened = new Set(events.map(({ type }) => type));
  if (happened.has("OrderCancellationStarted") || happened.has("ShipmentDelivered")) return [];
  if (happened.has("ShipmentDispatched")) return ["deliver"];
  return happened.has("ShipmentArranged") ? ["dispatch", "cancel"] : [];
}

/** Undefined: it was done; else why not. */
async function done(
  client: ShopClient,
  { orderId, act }: { readonly orderId: string; readonly act: WatchedAct },
): Promise<string | undefined> {
  if (act === "cancel") return refusalOf(await client.cancel(orderId));
  const { body } = await client.query(`/api/shipments/order/${orderId}`);
  const shipmentId = String(body?.shipmentId ?? "");
  return refusalOf(await client[act](shipmentId));
}

function refusalOf({ status, body }: Awaited<ReturnType<ShopClient["cancel"]>>) {
  return status === 202 ? undefined : String(body?.detail ?? `The shop answers ${status}`);
}
