import { silentLog } from "@headwater/core";
import { toService } from "@headwater/http";
import assert from "node:assert/strict";
import { stories } from "./stories.ts";
import { welcome } from "./welcome.tsx";

/** A shop that says yes to everything, and what it was asked. */
function open({ events = [] }: { readonly events?: readonly object[] } = {}) {
  const asked: { readonly request: string; readonly body: string }[] = [];
  const app = welcome({
    shop: () => async (request) => {
      const { method, url } = request;
      const { pathname } = new URL(url);
      asked.push({ request: `${method} ${pathname}`, body: await request.text() });
      if (method === "POST") {
        const headers = { ETag: '"0"', "X-Position": "7" };
        const { orderId } = JSON.parse(asked.at(-1)!.body || "{}");
        return Response.json({ orderId }, { status: 202, headers });
      }
      if (pathname.endsWith("/timeline")) return Response.json({ items: events });
      return Response.json({ available: 0, shipmentId: "shipment-1" });
    },
  });
  app.get("/", (c) => c.text("for machines"));
  const service = toService(app, {
    ...{ service: "gateway", logger: silentLog, newId: () => crypto.randomUUID() },
  });
  const ask = async (path: string, form?: Readonly<Record<string, string>>) => {
    const answer = await service(
      new Request(`http://shop.test${path}`, {
        headers: { Accept: "text/html,*/*" },
        ...(form && { method: "POST", body: new URLSearchParams(form) }),
      }),
    );
    return { answer, text: await answer.text() };
  };
  return { ask, asked, service };
}

const happened = { at: "2026-11-28T06:00:00.123Z", service: "order", type: "OrderPlaced" };

Deno.test("browsers are shown every story, everybody else what they were shown before", async () => {
  const { ask, service } = open();
  const { text } = await ask("/");
  for (const { title } of stories) assert.ok(text.includes(`value="${title}"`), title);
  assert.equal(text.match(/name="story"/g)?.length, stories.length);
  const machines = await service(new Request("http://shop.test/"));
  assert.equal(await machines.text(), "for machines");
});

Deno.test("a click fills the shelves, places an order, and leads to where it can be watched", async () => {
  const { ask, asked } = open({ events: [happened] });
  for (const { title } of stories) {
    asked.length = 0;
    const { answer } = await ask("/", { story: title });
    assert.equal(answer.status, 303);
    const orders = asked.filter(({ request }) => request === "POST /api/orders");
    assert.ok(orders.length >= 1, title);
    assert.ok(asked.some(({ request }) => request.endsWith("/receive")), title);
    const location = answer.headers.get("Location") ?? "";
    const { text } = await ask(location);
    assert.match(text, /OrderPlaced/);
    const { correlation } = Object.fromEntries(new URL(location, "http://shop.test").searchParams);
    assert.ok(text.includes(`/console/story/${correlation}`));
  }
});

Deno.test("what can be done now is offered, and done by a click", async () => {
  const arranged = { ...happened, service: "shipping", type: "ShipmentArranged" };
  const { ask, asked } = open({ events: [happened, arranged] });
  const { text } = await ask("/?order=o-1&correlation=c-1&title=shipped");
  assert.match(text, /value="dispatch" data-act="dispatch">/);
  assert.match(text, /data-act="deliver" disabled/);
  const form = { order: "o-1", correlation: "c-1", title: "shipped", act: "dispatch" };
  const { answer } = await ask("/", form);
  assert.equal(answer.headers.get("Location")?.startsWith("/?order=o-1&"), true);
  assert.ok(asked.some(({ request }) => request === "POST /api/shipments/shipment-1/dispatch"));
});

Deno.test("what comes with the address is text, and leads nowhere else", async () => {
  const { ask, asked } = open();
  const hostile = encodeURIComponent('"><script>alert(1)</script>');
  const { text } = await ask(`/?order=o-1&correlation=c-1&title=${hostile}&refused=${hostile}`);
  assert.doesNotMatch(text, /<script>alert/);
  await ask(`/?order=..%2F..%2Fops&correlation=c-1&title=x`);
  assert.ok(asked.every(({ request }) => !request.includes("ops")));
});
