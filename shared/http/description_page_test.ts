import assert from "node:assert/strict";
import { Hono } from "hono";
import { addDescription } from "./description_page.ts";

Deno.test("a description is made for who asks first, and not sent to who has it", async () => {
  const app = new Hono();
  let made = 0;
  addDescription(app, { path: "/openapi.json", describe: () => ({ made: ++made }) });
  assert.equal(made, 0);
  const first = await app.request("/openapi.json");
  assert.deepEqual(await first.json(), { made: 1 });
  const etag = first.headers.get("ETag")!;
  // The weak one is what is given to who takes it compressed
  for (const has of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const again = await app.request("/openapi.json", { headers: { "If-None-Match": has } });
    const { status, headers } = again;
    assert.deepEqual([status, headers.get("ETag"), await again.text()], [304, etag, ""], has);
  }
  const other = await app.request("/openapi.json", { headers: { "If-None-Match": '"other"' } });
  assert.deepEqual(await other.json(), { made: 1 });
});
