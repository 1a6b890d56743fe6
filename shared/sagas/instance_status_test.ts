import { deepEqual, equal } from "node:assert/strict";
import {
  type InstanceFilter,
  isAskedFor,
  statusLine,
  statusOf,
  stoppedStatus,
  withCauses,
} from "./instance_status.ts";
import type { InstanceRecord } from "./list_instances.ts";

const startedAt = "2026-01-02T03:04:05.000Z";
const now = Date.parse(startedAt) + 600_000;

function record(given: Partial<InstanceRecord>): InstanceRecord & { process: string } {
  const at = { step: "reserve-stock:SKU1", target: "inventory", command: "ReserveStock" };
  return {
    ...{ process: "fulfilment", id: "one", state: "running", ...at, since: startedAt, sent: 0 },
    ...{ cause: null, answeredAt: null, isCompensating: false, keys: ["one", "anna"], startedAt },
    version: null,
    ...given,
  };
}

const justNow = { since: new Date(now - 500).toISOString() };

Deno.test("an instance waits where what it wants done takes long, was not taken, or is an event", () => {
  const stateOf = (given: Partial<InstanceRecord>) => statusOf(record(given), now).state;
  equal(stateOf({}), "waiting");
  equal(stateOf(justNow), "running");
  equal(stateOf({ ...justNow, cause: "away" }), "waiting");
  equal(stateOf({ ...justNow, isCompensating: true }), "compensating");
  equal(stateOf({ isCompensating: true }), "waiting");
  equal(stateOf({ ...justNow, step: null }), "waiting");
  equal(stateOf({ state: "stuck" }), "stuck");
  // As an earlier release left it
  equal(stateOf({ step: null, since: null }), "running");
});

Deno.test("whatever waits for a service has a cause, its own or what another was told", () => {
  const waiting = [
    record({}),
    record({ target: "payment", step: "charge" }),
    record({ cause: "it was taken, and no event has shown yet that it was done" }),
    record({ cause: "Cannot reach it" }),
    record({ step: null, target: null }),
    record({ ...justNow }),
  ];
  deepEqual(withCauses(waiting.map((each) => statusOf(each, now))).map(({ cause }) => cause), [
    'no answer has come yet; another instance was told by "inventory": Cannot reach it',
    "no answer has come yet, and no event has shown that it was done",
    "it was taken, and no event has shown yet that it was done",
    "Cannot reach it",
    null,
    null,
  ]);
});

Deno.test("operators find instances by state, step, key and age", () => {
  const undone = statusOf(record({ isCompensating: true }), now);
  const isFound = (filter: InstanceFilter) => isAskedFor(undone, filter);
  const found: readonly [InstanceFilter, boolean][] = [
    [{}, true],
    [{ state: "waiting" }, true],
    [{ state: "compensating" }, true],
    [{ state: "running" }, false],
    [{ step: "reserve-stock" }, true],
    [{ step: "reserve-stock:SKU1" }, true],
    [{ step: "reserve" }, false],
    [{ key: "anna" }, true],
    [{ key: "ann" }, false],
    [{ olderMs: 600_000 }, true],
    [{ olderMs: 600_001 }, false],
    [{ state: "waiting", key: "bert" }, false],
  ];
  for (const [filter, expected] of found) equal(isFound(filter), expected, JSON.stringify(filter));
});

Deno.test("a line says what an instance waits for, how long, how often that was sent and the answer", () => {
  const away = record({ ...justNow, sent: 4, cause: "Cannot reach it" });
  const lines = [
    away,
    record({ since: startedAt, isCompensating: true }),
    record({ step: null, target: null, command: null }),
    record({ step: null, target: null, command: null, since: null }),
  ].map((each) => statusLine(statusOf(each, now)));
  const end = `since ${startedAt}`;
  const what = "reserve-stock:SKU1 (inventory ReserveStock)";
  deepEqual(lines, [
    `waiting  fulfilment one  ${what} for 500 ms, sent 4 times  ${end}  Cannot reach it`,
    `waiting, compensating fulfilment one  ${what} for 10 min  ${end}`,
    `waiting  fulfilment one  an event for 10 min  ${end}`,
    `running  fulfilment one  ${end}`,
  ]);
  const stopped = stoppedStatus(
    { process: "fulfilment", cause: "other log", since: startedAt },
    now,
  );
  equal(statusLine(stopped), `stopped  fulfilment fulfilment  ${end}  other log`);
});

Deno.test("an instance is one line, whatever its cause quotes", () => {
  const status = statusOf(
    record({ state: "stuck", cause: "Cannot charge:\n\x1b[31mno card" }),
    now,
  );
  equal(
    statusLine(status),
    String
      .raw`stuck    fulfilment one  reserve-stock:SKU1 (inventory ReserveStock) for 10 min  since ${startedAt}  Cannot charge:\n\u001b[31mno card`,
  );
});
