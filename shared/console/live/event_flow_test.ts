import { eventLog, silentLog } from "@headwater/core";
import { eventually, manualClock } from "@headwater/testing";
import assert from "node:assert/strict";
import { appendTo } from "../testing/open_console.ts";
import { eventFlow, flowCounter, type FlowRates, mostRows } from "./event_flow.ts";

Deno.test("events are counted by second and service, for a minute", () => {
  const counter = flowCounter((stream) => stream.split("-")[0]!);
  counter.note("door-1", 1_000);
  counter.note("door-2", 1_999);
  counter.note("bell-1", 3_000);
  const { seconds, byService } = counter.rates(3_500);
  assert.deepEqual(seconds.slice(-3), [2, 0, 1]);
  assert.deepEqual(byService, [{ service: "door", events: 2 }, { service: "bell", events: 1 }]);
  assert.deepEqual(counter.rates(62_000).byService, [{ service: "bell", events: 1 }]);
  assert.equal(counter.rates(90_000).seconds.length, 60);
});

Deno.test("what is appended is told in bundles, of many only the last; while nobody looks nothing is read", async () => {
  const log = eventLog.memoryLog();
  const clock = manualClock();
  const rows: string[][] = [];
  const rates: FlowRates[] = [];
  const ended = new AbortController();
  eventFlow({
    ...{ log, clock, logger: silentLog, now: () => clock.now(), serviceOf: () => "door" },
    told: {
      rows: (events) => rows.push(events.map(({ stream }) => stream)),
      rates: (each) => rates.push(each),
      moved: () => {},
    },
  }).run(ended.signal);
  for (let at = 0; at < mostRows + 5; at++) {
    await appendTo(log, { stream: `door-${at}`, events: [{ type: "Opened", data: {} }] });
  }
  await eventually("all of them to be counted", async () => {
    await clock.advance(1_000);
    return (rates.at(-1)?.byService[0]?.events ?? 0) >= mostRows + 5;
  });
  assert.ok(rows.every((each) => each.length <= mostRows));
  ended.abort();
});

Deno.test("of a busy log it is told less often, and nothing of that is left out of the rates", async () => {
  const log = eventLog.memoryLog();
  const clock = manualClock();
  const toldAt: number[] = [];
  const rates: FlowRates[] = [];
  const ended = new AbortController();
  eventFlow({
    ...{ log, clock, logger: silentLog, now: () => clock.now(), serviceOf: () => "door" },
    told: {
      rows: () => toldAt.push(clock.now()),
      rates: (each) => rates.push(each),
      moved: () => {},
    },
  }).run(ended.signal);
  const each = mostRows + 5;
  for (let turn = 0; turn < 16; turn++) {
    for (let at = 0; at < each; at++) {
      await appendTo(log, { stream: `door-${turn}-${at}`, events: [{ type: "Opened", data: {} }] });
    }
    await clock.advance(500);
  }
  ended.abort();
  const pauses = toldAt.slice(1).map((at, index) => at - toldAt[index]!);
  assert.ok(toldAt.length >= 3, `told ${toldAt.length} times`);
  assert.ok(pauses.every((ms) => ms >= 2_000), `${pauses}`);
  const last = rates.at(-1)?.byService[0]?.events ?? 0;
  assert.ok(last >= 12 * each, `${last} of ${16 * each} are counted`);
});
