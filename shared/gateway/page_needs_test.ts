import { DeadlineExceeded, Unavailable } from "@headwater/core";
import assert from "node:assert/strict";
import type { PagePart } from "./page.ts";
import { fails, json, order, pageTestBed } from "./testing/page_test_bed.ts";

const { required: _, ...optional } = order;
const customer: PagePart = {
  name: "customer",
  from: { service: "customer", path: "/customers/:customer" },
  required: true,
  dependsOn: { customer: "order.customer" },
};

Deno.test("a page is missing for the reason for which what its required part needs is", async () => {
  const { ask, answers } = pageTestBed([optional, customer]);
  answers.order = json({ code: "order-unknown" }, { status: 404 });
  const unknown = await ask();
  assert.deepEqual([unknown.status, unknown.body.code], [404, "order-unknown"]);
  answers.order = json({ code: "order-closed" }, { status: 409 });
  const closed = await ask();
  assert.deepEqual([closed.status, closed.body.code], [409, "order-closed"]);
  answers.order = fails(new Unavailable("no", { code: "service-unreachable", retryAfter: 3 }));
  const away = await ask();
  assert.deepEqual([away.status, away.headers.get("Retry-After")], [503, "3"]);
  answers.order = fails(new DeadlineExceeded("late"));
  assert.equal((await ask()).status, 504);
});

Deno.test("what stands in for a part that is needed serves for what needs it, too", async () => {
  const fallback = { static: { customer: "c9" } };
  const { ask, answers, requests } = pageTestBed([{ ...optional, fallback }, customer]);
  answers.order = fails(new DeadlineExceeded("late"));
  answers.customer = json({ name: "Ada" });
  const { status, body } = await ask();
  assert.deepEqual([status, body.data.customer], [200, { name: "Ada" }]);
  assert.equal(requests.at(-1)?.url, "http://customer/customers/c9");
});
