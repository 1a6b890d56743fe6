import { deepEqual, equal, rejects } from "node:assert/strict";
import { Unavailable } from "./failures.ts";
import { endingWith, failureType, logIds, readTraceparent, silentTracer } from "./tracer.ts";

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

Deno.test("a traceparent is one of version 00, and everything else is none", () => {
  equal(readTraceparent(traceparent), traceparent);
  for (
    const other of [
      undefined,
      null,
      "",
      "junk",
      `${traceparent}-more`,
      ` ${traceparent}`,
      `${traceparent}\n`,
      traceparent.toUpperCase(),
      traceparent.replace("00-", "ff-"),
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
      "00-".padEnd(1_000_000, "a"),
    ]
  ) equal(readTraceparent(other), undefined, String(other).slice(0, 60));
});

Deno.test("lines of the log have the ids of the request that an event follows from", () => {
  const $correlationId = "c";
  deepEqual(logIds({ $correlationId, traceparent }), {
    correlationId: "c",
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  });
  deepEqual(logIds({ $correlationId }), { correlationId: "c" });
  deepEqual(logIds({ $correlationId, traceparent: "junk" }), { correlationId: "c" });
  deepEqual(logIds({}), {});
});

Deno.test("what fails is known by its code, or by the name of its error", () => {
  equal(
    failureType(new Unavailable("Cannot append", { code: "event-store-unavailable" })),
    "event-store-unavailable",
  );
  equal(failureType(new RangeError("5")), "RangeError");
  equal(failureType("thrown"), "_OTHER");
});

Deno.test("a tracer that nobody listens to does what it is given, and has nothing to hand on", async () => {
  equal(silentTracer.current().traceparent, undefined);
  using begun = silentTracer.begin({ name: "x" });
  equal(begun.traceparent, undefined);
  const done = await silentTracer.span({ name: "x" }, (span) => {
    span.set({ more: 1 });
    span.rename("y");
    span.fail("E");
    return Promise.resolve(span.traceparent);
  });
  equal(done, undefined);
});

Deno.test("what throws before it is under way ends its span, too", async () => {
  const told: string[] = [];
  const span = {
    ...silentTracer.current(),
    fail: (type: string) => void told.push(type),
    [Symbol.dispose]: () => void told.push("over"),
  };
  await rejects(
    endingWith(span, () => {
      throw new TypeError("no");
    }),
    TypeError,
  );
  deepEqual(told, ["TypeError", "over"]);
});
