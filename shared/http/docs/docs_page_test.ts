import { defineEvents } from "@headwater/core";
import assert from "node:assert/strict";
import { Hono } from "hono";
import { z } from "zod";
import { asyncApi } from "../openapi/async_api.ts";
import { openApi } from "../openapi/open_api.ts";
import { addDocs } from "./docs_page.tsx";

const door = z.object({ state: z.enum(["open", "shut"]), bolts: z.array(z.string()).optional() })
  .meta({ id: "Door" });

async function docs() {
  const app = new Hono();
  let made = 0;
  addDocs(app, () => {
    made++;
    return {
      api: openApi({
        title: "doors",
        version: "1.2.0",
        at: "gateway",
        routes: [{
          service: "door",
          method: "POST",
          path: "/api/doors/:id/open",
          declared: {
            operation: "openDoor",
            summary: "Opens <b>it</b>",
            params: { id: z.string() },
            body: z.strictObject({ by: z.string().max(20) }),
            answer: door,
            refusals: ["door-locked"],
            example: { body: { by: "O'Hara & co" } },
          },
        }],
      }),
      events: asyncApi({
        title: "doors",
        version: "1.2.0",
        channels: [{
          service: "door",
          events: defineEvents("door", { DoorOpened: z.object({ by: z.string() }) }),
          readers: [],
        }],
      }),
    };
  });
  const page = await app.request("/docs");
  await app.request("/docs");
  return { app, page, text: await page.text(), made };
}

Deno.test("docs show operations, schemas and events, and are made once", async () => {
  const { page, text, made } = await docs();
  assert.equal(made, 1);
  assert.match(page.headers.get("Content-Type") ?? "", /^text\/html/);
  for (
    const shown of [
      'id="openDoor"',
      "/api/doors/{id}/open",
      "door-locked",
      'href="#schema-Door"',
      'id="schema-Door"',
      "&quot;open&quot; | &quot;shut&quot;",
      "may be missing",
      "DoorOpened",
      "0 to 20 characters",
    ]
  ) {
    assert.ok(text.includes(shown), shown);
  }
});

Deno.test("docs need no script, nothing from elsewhere, and are shown as text whatever is in them", async () => {
  const { app, page, text } = await docs();
  assert.match(page.headers.get("Content-Security-Policy") ?? "", /default-src 'none'/);
  assert.ok(text.includes("Opens &lt;b&gt;it&lt;/b&gt;"));
  assert.ok(!/<script|style=|https?:\/\//.test(text.replace(/<pre>.*?<\/pre>/gs, "")));
  const style = await app.request("/docs/style.css");
  assert.match(style.headers.get("Content-Type") ?? "", /^text\/css/);
  assert.ok(!/url\(|@import/.test(await style.text()));
});

Deno.test("every link within docs has its place", async () => {
  const { text } = await docs();
  const ids = new Set(Array.from(text.matchAll(/ id="([^"]+)"/g), ([, id]) => id));
  for (const [, target] of text.matchAll(/href="#([^"]+)"/g)) {
    assert.ok(ids.has(target ?? ""), target ?? "");
  }
});
