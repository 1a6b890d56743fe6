import { DeadlineExceeded, Unavailable } from "@headwater/core";
import assert from "node:assert/strict";
import type { PagePart } from "./page.ts";
import { fails, json, order, pageTestBed, payment, silence } from "./testing/page_test_bed.ts";

Deno.test("a page has the parts as they are, and says that it is complete", async () => {
  const { ask, requests } = pageTestBed();
  const { status, headers, body } = await ask({ "X-Min-Position": "3", "If-None-Match": '"x"' });
  assert.equal(status, 200);
  assert.deepEqual(body, {
    data: { order: { customer: "c1" }, payment: { paid: 1 } },
    meta: {
      complete: true,
      parts: { order: { status: "ok", ms: 0 }, payment: { status: "ok", ms: 0 } },
    },
  });
  assert.equal(headers.get("X-Complete"), null);
  assert.deepEqual(requests.map(({ url }) => url), [
    "http://order/orders/7",
    "http://payment/payments/7",
  ]);
  assert.deepEqual(
    requests.map(({ headers }) => [headers.get("X-Min-Position"), headers.get("If-None-Match")]),
    [["3", null], ["3", null]],
  );
});

Deno.test("what a service does not have is none, and nothing is missing for that", async () => {
  const { ask, answers } = pageTestBed([order, { ...payment, empty: [] }]);
  answers.payment = json({ code: "payment-unknown" }, { status: 404 });
  const { body } = await ask();
  assert.deepEqual([body.data.payment, body.meta.complete], [[], true]);
  assert.deepEqual(body.meta.parts.payment, { status: "none", code: "payment-unknown", ms: 0 });
});

for (
  const [what, answer, part] of [
    ["is down", fails(new Unavailable("no", { code: "service-unreachable" })), {
      status: "error",
      code: "service-unreachable",
    }],
    ["is left alone", fails(new Unavailable("no", { code: "circuit-open" })), {
      status: "open",
      code: "circuit-open",
    }],
    ["is late", fails(new DeadlineExceeded("no")), {
      status: "timeout",
      code: "deadline-exceeded",
    }],
    ["has a fault", json({ code: "internal-error" }, { status: 500 }), {
      status: "error",
      code: "part-failed",
    }],
    ["refuses the request", json({ code: "bad-input" }, { status: 400 }), {
      status: "error",
      code: "bad-input",
    }],
    ["sends another way", json({}, { status: 302 }), { status: "error", code: "part-failed" }],
    ["answers no JSON", () => Promise.resolve(new Response('{"paid":')), {
      status: "error",
      code: "answer-not-json",
    }],
    ["answers nothing", () => Promise.resolve(new Response(null)), {
      status: "error",
      code: "answer-not-json",
    }],
    [
      "answers without end",
      () =>
        Promise.resolve(
          new Response(new ReadableStream(), { headers: { "Content-Type": "text/event-stream" } }),
        ),
      { status: "error", code: "answer-not-json" },
    ],
    ["answers no text", () => Promise.resolve(new Response(new Uint8Array([34, 255, 34]))), {
      status: "error",
      code: "answer-not-json",
    }],
    ["answers too much", () => Promise.resolve(new Response(`"${"x".repeat(1024 * 1024)}"`)), {
      status: "error",
      code: "answer-too-large",
    }],
    [
      "breaks off",
      () =>
        Promise.resolve(
          new Response(new ReadableStream({ start: (stream) => stream.error(new Error("cut")) })),
        ),
      { status: "error", code: "answer-broken" },
    ],
  ] as const
) {
  Deno.test(`a page whose part ${what} is served without it, says so, and is kept by nobody`, async () => {
    const { ask, answers } = pageTestBed();
    answers.payment = answer;
    const { status, headers, body } = await ask({ "If-None-Match": "*" });
    assert.equal(status, 200);
    assert.deepEqual(body, {
      data: { order: { customer: "c1" }, payment: null },
      meta: {
        complete: false,
        parts: { order: { status: "ok", ms: 0 }, payment: { ...part, ms: 0 } },
      },
    });
    assert.equal(headers.get("X-Complete"), "false");
    assert.equal(headers.get("Cache-Control"), "no-store");
    assert.equal(headers.get("ETag"), null);
  });
}

for (
  const [what, answer, status, code] of [
    ["there is none", json({ code: "order-unknown" }, { status: 404 }), 404, "order-unknown"],
    ["the request does not fit", json({ code: "bad-input" }, { status: 400 }), 400, "bad-input"],
    [
      "its service is down",
      fails(new Unavailable("no", { code: "service-unreachable" })),
      503,
      "service-unreachable",
    ],
    [
      "its service is left alone",
      fails(new Unavailable("no", { code: "circuit-open", retryAfter: 4 })),
      503,
      "circuit-open",
    ],
    ["it is late", fails(new DeadlineExceeded("no")), 504, "deadline-exceeded"],
    ["its service has a fault", json({}, { status: 500 }), 502, "part-failed"],
    ["it is no JSON", () => Promise.resolve(new Response("<html>")), 502, "answer-not-json"],
  ] as const
) {
  for (const isWhole of [false, true]) {
    Deno.test(`without a part that is required${isWhole ? " by the client" : ""}, since ${what}, there is no page`, async () => {
      const { ask, answers } = pageTestBed([{ ...order, required: !isWhole }, payment]);
      answers.order = answer;
      // Nobody waits for the others
      answers.payment = silence;
      if (isWhole && status === 404) return;
      const found = await ask({}, isWhole ? "?complete=true" : "");
      assert.equal(found.status, status);
      assert.equal(found.body.code, code);
      assert.equal(found.headers.get("Cache-Control"), "no-store");
      assert.equal(found.headers.has("Retry-After"), status === 503);
      if (code === "circuit-open") assert.equal(found.headers.get("Retry-After"), "4");
    });
  }
}

Deno.test("all or nothing is asked for with true, and nothing else", async () => {
  const { ask, answers } = pageTestBed();
  assert.equal((await ask({}, "?complete=true")).body.meta.complete, true);
  assert.equal((await ask({}, "?complete=yes")).status, 400);
  // What a service does not have is not missing
  answers.payment = json({ code: "payment-unknown" }, { status: 404 });
  assert.equal((await ask({}, "?complete=true")).status, 200);
  answers.payment = fails(new DeadlineExceeded("no"));
  assert.equal((await ask({}, "?complete=false")).status, 200);
});

Deno.test("a part that is behind what the client has seen takes the page with it", async () => {
  const { ask, answers } = pageTestBed([order, { ...payment, fallback: "stale" }]);
  await ask();
  answers.payment = fails(new Unavailable("behind", { code: "read-model-behind" }));
  const { status, body } = await ask();
  assert.deepEqual([status, body.code], [503, "read-model-behind"]);
});

Deno.test("parts have 85 % of the time that the client gives, and no more than their own", async () => {
  const quick = { ...payment, timeoutMs: 400 };
  for (
    const [part, given, waited] of [
      [payment, "1000", 850],
      [payment, "60000", 2_000],
      [quick, "1000", 400],
      [{ ...payment, timeoutMs: 60_000 }, undefined, 8_500],
    ] as const
  ) {
    const { ask, answers, clock } = pageTestBed([order, part]);
    answers.payment = silence;
    const asked = ask(given === undefined ? {} : { "X-Request-Timeout-Ms": given });
    await clock.advance(waited - 10);
    assert.ok(clock.pending() > 0, `${given}: given up before ${waited} ms`);
    await clock.advance(10);
    const { body } = await asked;
    assert.equal(body.meta.parts.payment.status, "timeout");
    assert.ok(Math.abs(body.meta.parts.payment.ms - waited) <= 10, JSON.stringify(body.meta));
  }
});

Deno.test("the wait for a read model comes on top", async () => {
  const { ask, answers, clock } = pageTestBed();
  answers.payment = silence;
  const asked = ask({ "X-Min-Position": "7", Prefer: "wait=3" });
  await clock.advance(4_999);
  assert.equal(clock.pending(), 1);
  await clock.advance(1);
  assert.equal((await asked).body.meta.parts.payment.status, "timeout");
});

const customer: PagePart = {
  name: "customer",
  from: { service: "customer", path: "/customers/:id/of/:customer" },
  dependsOn: { customer: "order.customer" },
};

Deno.test("a part is asked for by what another one answers", async () => {
  const { ask, answers, requests } = pageTestBed([customer, order]);
  answers.customer = json({ name: "Ada" });
  answers.order = json({ customer: "a/b ü" });
  const { body } = await ask();
  assert.deepEqual(body.data, { customer: { name: "Ada" }, order: { customer: "a/b ü" } });
  assert.equal(requests[1]?.url, "http://customer/customers/7/of/a%2Fb%20%C3%BC");
});

for (const value of ["..", ".", "", null, true, {}, undefined]) {
  Deno.test(`a part is not asked for by ${JSON.stringify(value)}`, async () => {
    const { ask, answers, requests } = pageTestBed([order, customer]);
    answers.order = json({ customer: value });
    const { body } = await ask();
    assert.equal(body.meta.parts.customer.code, "part-needed-missing");
    assert.equal(requests.length, 1);
  });
}

Deno.test("a part whose other part has nothing has nothing, either", async () => {
  const { ask, answers } = pageTestBed([{ ...order, required: false }, { ...customer, empty: [] }]);
  answers.order = json({ code: "order-unknown" }, { status: 404 });
  const { body } = await ask();
  assert.deepEqual([body.data.customer, body.meta.parts.customer.status], [[], "none"]);
  answers.order = fails(new DeadlineExceeded("no"));
  assert.equal((await ask()).body.meta.parts.customer.code, "part-needed-missing");
});

Deno.test("a client that has the page is told that it is still the same", async () => {
  const { ask, answers } = pageTestBed();
  answers.payment = json({ paid: 1 }, { headers: { "X-Position": "5" } });
  const etag = (await ask()).headers.get("ETag")!;
  assert.match(etag, /^W\/"[\w-]+"$/);
  answers.payment = json({ paid: 1 }, { headers: { "X-Position": "9" } });
  for (const given of [etag, etag.slice(2), `"x", ${etag}`, "*"]) {
    const { status, headers, body } = await ask({ "If-None-Match": given });
    assert.deepEqual([status, body, headers.get("ETag")], [304, "", etag]);
    assert.equal(headers.get("X-Position"), "9");
  }
  answers.payment = json({ paid: 2 });
  const changed = await ask({ "If-None-Match": etag });
  assert.equal(changed.status, 200);
  assert.notEqual(changed.headers.get("ETag"), etag);
});

Deno.test("what nobody expects of a part is told, that it is down is not", async () => {
  const { ask, answers, logged } = pageTestBed();
  answers.payment = fails(new Unavailable("no"));
  await ask();
  assert.deepEqual(logged, []);
  answers.payment = fails(new TypeError("a bug"));
  await ask();
  assert.deepEqual(logged, ['part "payment" is not in a page']);
});
