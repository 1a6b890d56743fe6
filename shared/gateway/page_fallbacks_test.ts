import { DeadlineExceeded, Unavailable } from "@headwater/core";
import { calls } from "@headwater/resilience";
import assert from "node:assert/strict";
import { fails, json, order, pageTestBed, payment } from "./testing/page_test_bed.ts";

Deno.test("a fallback stands in for a part, and the page is not complete for that", async () => {
  const { ask, answers } = pageTestBed([order, { ...payment, fallback: { static: { paid: 0 } } }]);
  answers.payment = fails(new DeadlineExceeded("no"));
  const { body } = await ask();
  assert.deepEqual(body.data.payment, { paid: 0 });
  assert.deepEqual([body.meta.complete, body.meta.parts.payment.status], [false, "timeout"]);
});

const stale = { ...payment, fallback: "stale" } as const;

Deno.test("what a part was within the last minute is shown with its age", async () => {
  const { ask, answers, clock } = pageTestBed([order, stale]);
  const down = fails(new Unavailable("no", { code: "service-unreachable" }));
  answers.payment = json({ paid: 1 }, { headers: { "X-Position": "5" } });
  await ask();
  answers.payment = down;
  await clock.advance(59_000);
  const { headers, body } = await ask();
  assert.deepEqual(body.data.payment, { paid: 1 });
  assert.deepEqual(body.meta.parts.payment, {
    status: "stale",
    code: "service-unreachable",
    ms: 0,
    ageMs: 59_000,
  });
  assert.equal(body.meta.complete, false);
  assert.equal(headers.get("X-Position"), "5");
  // Not less than the client has seen
  assert.equal((await ask({ "X-Min-Position": "6" })).body.data.payment, null);
  assert.deepEqual((await ask({ "X-Min-Position": "5" })).body.data.payment, { paid: 1 });
  assert.equal((await ask({}, "?complete=true")).status, 503);
  await clock.advance(1_001);
  assert.equal((await ask()).body.data.payment, null);
});

Deno.test("a required part may be stale, too", async () => {
  const { ask, answers } = pageTestBed([{ ...order, fallback: "stale" }, payment]);
  await ask();
  answers.order = fails(new DeadlineExceeded("no"));
  const { status, body } = await ask();
  assert.deepEqual([status, body.data.order], [200, { customer: "c1" }]);
});

Deno.test("what is one client's own is shown to nobody else, and what is gone to nobody", async () => {
  for (const name of ["Authorization", "Cookie"]) {
    const { ask, answers } = pageTestBed([order, stale]);
    await ask({ [name]: "mine" });
    answers.payment = fails(new DeadlineExceeded("no"));
    assert.equal((await ask()).body.data.payment, null);
  }
  const { ask, answers } = pageTestBed([order, stale]);
  await ask();
  answers.payment = json({ code: "payment-unknown" }, { status: 404 });
  await ask();
  answers.payment = fails(new DeadlineExceeded("no"));
  assert.equal((await ask()).body.data.payment, null);
});

Deno.test("what somebody is shown who is known by anything else is shown to nobody else, either", async () => {
  const { ask, answers } = pageTestBed([order, stale], {
    identify: ({ headers }) =>
      headers.has("X-Key") ? { actor: "anna", roles: ["customer"] } : undefined,
  });
  await ask({ "X-Key": "mine" });
  answers.payment = fails(new DeadlineExceeded("no"));
  assert.equal((await ask()).body.data.payment, null);
});

Deno.test("what a service says is for one client, or for now, is shown to nobody else", async () => {
  const cases: readonly Record<string, string>[] = [
    { "Cache-Control": "private" },
    { "Cache-Control": "no-store" },
    { "Vary": "X-Customer" },
    { "Set-Cookie": "a=b" },
  ];
  for (const headers of cases) {
    const { ask, answers } = pageTestBed([order, stale]);
    answers.payment = json({ paid: 1 }, { headers });
    await ask({ "X-Customer": "one" });
    answers.payment = fails(new DeadlineExceeded("no"));
    const { body } = await ask({ "X-Customer": "other" });
    assert.equal(body.data.payment, null, JSON.stringify(headers));
  }
});

Deno.test("for how long a part may be stale is said of its service, as all numbers of calls", async () => {
  const settingsOf = calls.settingsByTarget([
    { targets: { payment: { fallback: { staleMs: 5_000 } } } },
    { targets: { order: { fallback: { staleMs: 90_000 } } } },
  ]);
  const { ask, answers, clock } = pageTestBed([{ ...order, fallback: "stale" }, stale], {
    settingsOf,
  });
  await ask();
  answers.order = answers.payment = fails(new Unavailable("no"));
  await clock.advance(5_000);
  assert.deepEqual((await ask()).body.data.payment, { paid: 1 });
  await clock.advance(84_999);
  const { body } = await ask();
  assert.deepEqual(body.data, { order: { customer: "c1" }, payment: null });
  await clock.advance(2);
  assert.equal((await ask()).status, 503);
});
