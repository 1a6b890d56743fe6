import { equal, notEqual } from "node:assert/strict";
import { eventLog, Refusal, Unavailable } from "@headwater/core";
import { within } from "@headwater/testing";
import { acceptCommand } from "./idempotency.ts";
import { exampleService, jsonRequest } from "./testing/example_service.ts";

type Log = ReturnType<typeof eventLog.memoryLog>;

/** A service whose rule says what `rule` throws at the moment, on a log that may fail as a refusal is noted. */
function setUp(append: (log: Log) => Log["append"] = (log) => log.append.bind(log)) {
  const log = eventLog.memoryLog();
  let rule: () => Promise<void> = () => Promise.resolve();
  let asked = 0;
  const { service } = exampleService((app) => {
    app.post("/cancel", async (c) => {
      await acceptCommand(c, await c.req.json());
      asked += 1;
      await rule();
      return c.json({ cancelled: true }, 202);
    });
  }, { log: { append: append(log), read: log.read.bind(log) } as Log });
  async function cancel(
    body: unknown = {},
    headers: Record<string, string> = { "Idempotency-Key": "k" },
  ) {
    const answer = await service(jsonRequest("/cancel", { body, headers }));
    return { status: answer.status, ...await answer.json() };
  }
  return {
    log,
    cancel,
    asked: () => asked,
    decide(next: () => Promise<void>) {
      rule = next;
    },
  };
}

function refusing(code: string): () => Promise<never> {
  return () => Promise.reject(new Refusal(code, `Cannot do it: ${code}`));
}

function allowing(): Promise<void> {
  return Promise.resolve();
}

function refused(events: readonly eventLog.NewEvent[]): boolean {
  return events.some(({ type }) => type === "RequestRefused");
}

for (const [code, status] of [["order-unknown", 404], ["order-already-shipped", 409]] as const) {
  Deno.test(`a request that was refused with ${status} gets the same answer again, whatever the rule says then`, async () => {
    const { cancel, decide, asked } = setUp();
    decide(refusing(code));
    const first = await cancel();
    equal(first.status, status);
    decide(allowing);
    const again = await cancel();
    equal(again.status, status);
    equal(again.code, code);
    equal(again.detail, first.detail);
    equal(asked(), 1);
    equal((await cancel({}, { "Idempotency-Key": "another" })).status, 202);
    equal((await cancel({})).status, status);
  });
}

Deno.test("the key of a refused request is used up for other ones, which are not noted", async () => {
  const { cancel, decide, log } = setUp();
  decide(refusing("order-unknown"));
  await cancel();
  equal((await cancel({ other: true })).code, "idempotency-key-reused");
  equal((await cancel()).code, "order-unknown");
  equal(log.recorded.length, 2);
});

Deno.test("a stale If-Match is no refusal of the rule: with another one the request goes on", async () => {
  const { cancel, decide, log } = setUp();
  decide(() => Promise.reject(new eventLog.RevisionConflict("order-1", 3, 5)));
  const keyed = { "Idempotency-Key": "k" };
  equal((await cancel({}, { ...keyed, "If-Match": '"3"' })).status, 412);
  decide(allowing);
  equal((await cancel({}, { ...keyed, "If-Match": '"5"' })).status, 202);
  equal(log.recorded.length, 1);
});

Deno.test("without a key nothing is noted", async () => {
  const { cancel, decide, log } = setUp();
  decide(refusing("order-unknown"));
  equal((await cancel({}, {})).status, 404);
  equal(log.recorded.length, 0);
});

Deno.test("a crash before the refusal is noted promised nothing: the request is decided anew", async () => {
  let isDown = true;
  const { cancel, decide } = setUp((log) => (stream, events, options) => {
    if (isDown && refused(events)) return Promise.reject(new Unavailable("the log is down"));
    return log.append(stream, events, options);
  });
  decide(refusing("order-unknown"));
  equal((await cancel()).status, 503);
  isDown = false;
  decide(allowing);
  equal((await cancel()).status, 202);
});

Deno.test("a crash after the refusal is noted does not undo it, though nobody was told", async () => {
  const { cancel, decide } = setUp((log) => async (stream, events, options) => {
    const appended = await log.append(stream, events, options);
    if (refused(events)) throw new Unavailable("the log fell silent");
    return appended;
  });
  decide(refusing("order-unknown"));
  equal((await cancel()).status, 503);
  decide(allowing);
  equal((await cancel()).code, "order-unknown");
});

Deno.test("of two that another process decides at the same time, both get what was noted first", async () => {
  const { cancel, decide, log } = setUp((log) => async (stream, events, options) => {
    if (refused(events)) {
      const [event] = events;
      const rivals = [{
        ...event!,
        id: crypto.randomUUID(),
        data: { ...event!.data as object, code: "first" },
      }];
      await log.append(stream, rivals, options);
    }
    return await log.append(stream, events, options);
  });
  decide(refusing("second"));
  equal((await cancel()).code, "first");
  equal((await cancel()).code, "first");
  equal(log.recorded.length, 2);
});

Deno.test("a repetition waits for the first one's answer, so that there is one", async () => {
  const { cancel, decide, asked } = setUp();
  const decided = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  decide(async () => {
    begun.resolve();
    await decided.promise;
    throw new Refusal("order-unknown", "Cannot find it");
  });
  const first = cancel();
  await within("the first one to be asked", begun.promise);
  const second = cancel();
  decided.resolve();
  equal((await first).code, "order-unknown");
  equal((await second).code, "order-unknown");
  equal(asked(), 1);
  notEqual((await first).correlationId, (await second).correlationId);
});
