import {
  DeadlineExceeded,
  derivedId,
  eventLog,
  type machine,
  Refusal,
  time,
  Unavailable,
} from "@headwater/core";
import { within } from "@headwater/testing";
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { answerTo, message, ways } from "../testing/mod.ts";

function throwing(error: unknown): () => Promise<never> {
  return () => Promise.reject(error);
}

function refused(status: number, problem: Readonly<Record<string, string>>) {
  return { isTaken: false, status, isProblem: true, code: "bad-input", detail: fits, ...problem };
}

const fits = "The request does not fit: see errors";
function done(): Promise<void> {
  return Promise.resolve();
}

const answers: Readonly<
  Record<
    string,
    readonly [
      sent: Partial<machine.CommandMessage>,
      handle: () => Promise<unknown>,
      answer: unknown,
    ]
  >
> = {
  "is taken": [{}, done, { isTaken: true, position: 7 }],
  "leads to nothing, and there is nothing": [
    {},
    () => Promise.resolve({ revision: -1, position: undefined }),
    { isTaken: true, position: undefined },
  ],
  "is unknown": [
    { type: "toString" },
    done,
    refused(404, { code: "command-unknown", detail: 'Cannot handle a command of type "toString"' }),
  ],
  "has data that do not fit": [
    { data: JSON.stringify({ amount: -1 }) },
    done,
    refused(400, {}),
  ],
  "has more than fits": [
    { data: JSON.stringify({ amount: 1, tip: 1 }) },
    done,
    refused(400, {}),
  ],
  "is no JSON": [{ data: "{" }, done, refused(400, {})],
  "nests too deep": [
    { data: `${"[".repeat(40)}${"]".repeat(40)}` },
    done,
    refused(400, {}),
  ],
  "is as large as may be": [
    { data: `{"amount":1${" ".repeat(1024 * 1024 - 12)}}` },
    done,
    { isTaken: true, position: 7 },
  ],
  "has a key that is too long": [
    { key: "k".repeat(256) },
    done,
    refused(400, {}),
  ],
  "follows from what is no event": [
    { causationId: "junk" },
    done,
    refused(400, {}),
  ],
  "breaks a rule": [
    {},
    throwing(new Refusal("order-unknown", "Cannot find it")),
    refused(404, { code: "order-unknown", detail: "Cannot find it" }),
  ],
  "has an id of another command": [
    {},
    throwing(new Refusal("idempotency-key-reused", "Cannot: other content")),
    refused(422, { code: "idempotency-key-reused", detail: "Cannot: other content" }),
  ],
  "loses its races": [
    {},
    throwing(new eventLog.RevisionConflict("payment-1", 1, 2)),
    refused(409, {
      code: "revision-conflict",
      detail: "Cannot apply the command: others kept changing the same thing, send it again",
    }),
  ],
  "meets with a bug": [
    {},
    throwing(new TypeError("secret")),
    refused(500, {
      code: "internal-error",
      detail: "Something went wrong on our side; the correlation id leads to it in the log",
    }),
  ],
  "meets with a log that is away": [
    {},
    throwing(
      new Unavailable("Cannot append", { code: "event-store-unavailable", retryAfter: 2.5 }),
    ),
    {
      ...{ name: "Unavailable", message: "Cannot append", code: "event-store-unavailable" },
      ...{ limit: "tries", retryAfter: 3 },
    },
  ],
  "meets with a limit of another call": [
    {},
    throwing(
      new Unavailable("Cannot call", { code: "overloaded", retryAfter: 0, limit: "bulkhead" }),
    ),
    {
      ...{ name: "Unavailable", message: "Cannot call", code: "overloaded" },
      ...{ limit: "bulkhead", retryAfter: 1 },
    },
  ],
  "meets with a database that is away": [
    {},
    throwing(Object.assign(new Error("gone"), { code: "ECONNREFUSED" })),
    {
      name: "Unavailable",
      message: "Cannot answer: the database is not there at the moment",
      ...{ code: "database-unavailable", limit: "tries", retryAfter: 1 },
    },
  ],
  "meets with what is late": [
    {},
    throwing(new DeadlineExceeded("Cannot ask the provider")),
    { name: "DeadlineExceeded" },
  ],
};

for (const way of Object.keys(ways)) {
  for (const [what, [sent, handle, answer]] of Object.entries(answers)) {
    Deno.test(`${way}: a command that ${what} is answered alike`, async () => {
      deepEqual(await answerTo(sent, { way, handle }), answer);
    });
  }

  Deno.test(`${way}: what takes a command is told where it comes from`, async () => {
    const seen: unknown[] = [];
    async function handle(data: unknown, context: unknown): Promise<void> {
      await Promise.resolve();
      const { correlationId, traceparent } = time.currentRequest() ?? {};
      seen.push({ data, context, correlationId, traceparent });
      ok(time.currentDeadline()!.remainingMs() <= 10_000);
    }
    await answerTo({}, { way, handle });
    await answerTo({ key: "order-7/charge", correlationId: "not sane", traceparent: "junk" }, {
      ...{ way, handle },
    });
    await answerTo({ key: message.key.toUpperCase(), causationId: undefined }, { way, handle });
    const { key: commandId, causationId, correlationId, actor, traceparent } = message;
    const data = { amount: 5 };
    const ids = { correlationId, traceparent };
    deepEqual(seen, [
      { data, context: { commandId, causationId, actor, ...ids }, ...ids },
      {
        data,
        context: {
          commandId: derivedId("payment", "command", "order-7/charge"),
          ...{ causationId, actor, correlationId: "made-anew" },
        },
        ...{ correlationId: "made-anew", traceparent: undefined },
      },
      { data, context: { commandId, actor, ...ids }, ...ids },
    ]);
  });

  Deno.test(`${way}: what a command carries is nobody else's any more`, async () => {
    const data = { amount: 5 };
    let taken: unknown;
    await answerTo({ data: JSON.stringify(data) }, {
      way,
      handle: (given) => Promise.resolve(void (taken = given)),
    });
    ok(taken !== data);
    deepEqual(taken, data);
  });

  Deno.test(`${way}: who waits long enough is told so, and what it wanted knows`, async () => {
    const ended = Promise.withResolvers<unknown>();
    async function handle(): Promise<never> {
      const { signal } = time.currentDeadline()!;
      await time.aborted(signal);
      ended.resolve(signal.reason);
      throw signal.reason;
    }
    const answer = answerTo({}, { way, handle, tryMs: 60 });
    deepEqual(await within("the answer", answer), { name: "DeadlineExceeded" });
    ok(await within("the end of the work", ended.promise) instanceof DeadlineExceeded);
  });

  Deno.test(`${way}: who hangs up is told so at once, and what it wanted knows`, async () => {
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    async function handle(): Promise<void> {
      begun.resolve();
      await time.aborted(time.currentDeadline()!.signal);
      ended.resolve();
    }
    const controller = new AbortController();
    const reason = new Error("the process ends");
    const answer = answerTo({}, { way, handle, signal: controller.signal });
    const told = rejects(answer, (error) => error === reason);
    await within("the command", begun.promise);
    controller.abort(reason);
    await within("the caller to be told", told);
    await within("the end of the work", ended.promise);
  });

  Deno.test(`${way}: what no header can carry, or no service reads, is not sent`, async () => {
    let handled = 0;
    const handle = () => Promise.resolve(void handled++);
    for (const odd of ["line\nbreak", "naïve → odd"]) {
      await rejects(answerTo({ actor: odd }, { way, handle }), TypeError);
      await rejects(answerTo({ correlationId: odd }, { way, handle }), TypeError);
    }
    const data = JSON.stringify({ amount: 1, tip: "ä".repeat(600_000) });
    await rejects(answerTo({ data }, { way, handle }), TypeError);
    equal(handled, 0);
  });
}
