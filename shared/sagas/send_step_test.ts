import { DeadlineExceeded, Unavailable } from "@headwater/core";
import { deepEqual } from "node:assert/strict";
import { sendStep } from "./send_step.ts";

function problem(status: number, code: string): Response {
  return Response.json({ code, detail: "No" }, { status });
}

/** What a client gives or throws, and what it means: `lasting` is the same next time, `troubled` slows others down. */
const meanings: readonly (readonly [what: string, given: unknown, meaning: string])[] = [
  ["a rule that says no", problem(409, "stock-insufficient"), "refused, lasting"],
  ["a thing that is unknown", problem(404, "order-unknown"), "refused, lasting"],
  ["a rule of the values", problem(422, "amount-too-large"), "refused, lasting"],
  ["a command that nobody takes", problem(404, "command-unknown"), "failed, lasting"],
  ["an address that nobody has", problem(404, "route-unknown"), "failed, lasting"],
  ["a page of somebody else", new Response("<p>?", { status: 404 }), "failed, lasting"],
  ["input that does not fit", problem(400, "bad-input"), "failed, lasting"],
  ["who may not", problem(403, "origin-foreign"), "failed, lasting"],
  ["an id of another command", problem(422, "idempotency-key-reused"), "unknown, lasting"],
  ["a race that was lost", problem(409, "revision-conflict"), "failed"],
  ["too many requests", problem(429, "slow-down"), "failed, troubled"],
  ["a service that is busy", problem(503, "overloaded"), "failed, troubled"],
  ["a proxy without a service", new Response("", { status: 503 }), "failed, troubled"],
  ["a log that broke off", problem(503, "event-store-unavailable"), "unknown, troubled"],
  ["a service behind that is late", problem(504, "deadline-exceeded"), "unknown, troubled"],
  ["an answer that broke off behind", problem(502, "bad-gateway"), "unknown, troubled"],
  ["a bug of the service", problem(500, "internal-error"), "unknown"],
  ["nobody there", new Unavailable("no", { code: "service-unreachable" }), "failed, troubled"],
  ["an open circuit", new Unavailable("no", { code: "circuit-open" }), "failed, troubled"],
  ["a lost answer", new Unavailable("no", { code: "service-answer-lost" }), "unknown, troubled"],
  ["no answer in time", new DeadlineExceeded("no"), "unknown, troubled"],
  ["anything else", new TypeError("no"), "unknown"],
];

for (const [what, given, meaning] of meanings) {
  Deno.test(`${what}: ${meaning}`, async () => {
    const answer = await sendStep(
      { name: "run", service: "messenger", command: { type: "Run", data: {} } },
      {
        ...{
          process: "running",
          id: "milk",
          correlationId: "1",
          causationId: undefined,
          traceparent: undefined,
        },
        client: {
          call: () =>
            given instanceof Response ? Promise.resolve(given.clone()) : Promise.reject(given),
        },
        signal: new AbortController().signal,
      },
    );
    const isLasting = "isLasting" in answer && answer.isLasting;
    deepEqual(
      [answer.outcome, ...isLasting ? ["lasting"] : [], ...answer.isTroubled ? ["troubled"] : []]
        .join(", "),
      meaning,
    );
  });
}

Deno.test("what cannot be written down is not sent, and says why", async () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const answer = await sendStep(
    { name: "run", service: "messenger", command: { type: "Run", data: circle } },
    {
      ...{
        process: "running",
        id: "milk",
        correlationId: "1",
        causationId: undefined,
        traceparent: undefined,
      },
      client: { call: () => Promise.reject(new Error("sent")) },
      signal: new AbortController().signal,
    },
  );
  deepEqual([answer.outcome, "code" in answer && answer.code], ["failed", "command-unsendable"]);
});
