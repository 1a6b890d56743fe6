import { silentLog, Unavailable } from "@headwater/core";
import { eventually, manualClock } from "@headwater/testing";
import { deepEqual, equal } from "node:assert/strict";
import { LimitedSteps } from "./limited_steps.ts";
import type { StepAnswered } from "./notice.ts";
import { StepNotes } from "./step_notes.ts";
import { TargetPlaces } from "./target_places.ts";
import { errandProcess } from "./testing/errand_process.ts";
import { limitedErrand } from "./testing/limited_errand_process.ts";
import {
  away,
  given,
  late,
  outcomes,
  taken,
  untilEnd,
  untilEnded,
  untilIdle,
  untilSent,
} from "./testing/limited_errands.ts";
import { memoryRecords, ProcessTestBed } from "./testing/process_test_bed.ts";

Deno.test("what a rule says no to is told at once, and is not sent again", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = () => Response.json({ code: "milk-out", detail: "No milk" }, { status: 409 });
  await given(bed);
  await untilEnded(bed);
  deepEqual(await outcomes(bed), [["refused", "milk-out", "milk-out: No milk"]]);
  await untilIdle(bed);
  equal(bed.requests.length, 1);
});

Deno.test("a machine that fails is asked again after growing pauses, and nothing pauses after the last time", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = away;
  const { records } = await given(bed);
  for (const [times, ms] of [[1, 200], [2, 400]] as const) {
    await eventually("its being noted", () => records.holds.length >= times);
    await bed.clock.advance(ms - 1);
    equal(bed.requests.length, times);
    await bed.clock.advance(1);
    await untilSent(bed, times + 1);
  }
  const at = bed.clock.now();
  await untilEnded(bed);
  equal(bed.clock.now(), at);
  deepEqual(await outcomes(bed), [["failed", "asleep", "the messenger sleeps"]]);
  equal(bed.requests.length, 3);
  deepEqual(
    records.holds.map(({ step, sent, cause }) => [step, sent, cause]),
    Array(2).fill(["run", 1, "the messenger sleeps"]),
  );
});

Deno.test("what gets no answer is unknown, also where later attempts surely failed", async () => {
  await using bed = new ProcessTestBed();
  const answers = [late, away, away];
  bed.messenger = () => answers.shift()!();
  await given(bed);
  await untilEnd(bed);
  deepEqual(await outcomes(bed), [["unknown", "asleep", "the messenger sleeps"]]);
});

Deno.test("a fault of the code is told at once: it is no rule that says no", async () => {
  for (
    const [answer, reason] of [
      [new Response("what?", { status: 404 }), "http-404: what?"],
      [Response.json({ code: "bad-input", detail: "?" }, { status: 400 }), "bad-input: ?"],
    ] as const
  ) {
    await using bed = new ProcessTestBed();
    bed.messenger = () => answer.clone();
    await given(bed);
    await untilEnded(bed);
    deepEqual(await outcomes(bed), [["failed", reason.split(":")[0], reason]]);
    equal(bed.requests.length, 1);
  }
});

Deno.test("a command that leads to no event is sent again as often as there are attempts, then unknown", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = taken;
  const { records } = await given(bed, { attempts: 2 });
  await untilSent(bed, 1);
  await eventually("the driver to wait", () => bed.clock.pending() === 2);
  await bed.clock.advance(499);
  equal(bed.requests.length, 1);
  await bed.clock.advance(1);
  await untilSent(bed, 2);
  await eventually("its being noted", () => records.holds.length === 1);
  await bed.clock.advance(999);
  deepEqual(await outcomes(bed), []);
  await bed.clock.advance(1);
  await untilEnded(bed);
  const why = "it was taken, and no event has shown that it was done";
  deepEqual(await outcomes(bed), [["unknown", "no-event", why]]);
  equal(bed.requests.length, 2);

  // Late, and heard
  await bed.append("ErrandRun", "milk");
  await eventually("its end", async () => (await bed.progress("milk")).at(-1) === "run");
});

Deno.test("what comes after its event was heard is heeded no more", async () => {
  await using bed = new ProcessTestBed();
  const answer = Promise.withResolvers<Response>();
  bed.messenger = () => answer.promise;
  const { records, runtime } = await given(bed);
  await untilSent(bed, 1);
  await bed.append("ErrandRun", "milk");
  await eventually("its end", () => records.standing.get("milk")?.finished);
  equal(bed.requests[0]?.signal.aborted, false);
  answer.resolve(Response.json({ code: "milk-out", detail: "No milk" }, { status: 409 }));
  await runtime[Symbol.asyncDispose]();
  deepEqual(await bed.progress("milk"), ["Started", "run"]);
  equal(records.instances.size, 0);
});

Deno.test("an event that comes in a pause ends it", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = away;
  const { records } = await given(bed);
  await eventually("its being noted", () => records.holds.length === 1);
  await bed.append("ErrandRun", "milk");
  await eventually("its end", () => records.instances.size === 0);
  await bed.clock.advance(120_000);
  equal(bed.requests.length, 1);
  equal(bed.clock.pending(), 1);
});

Deno.test("after a restart nobody knows whether it was sent before: it does not count as failed", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = ({ request: { signal } }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const { runtime, start, records } = await given(bed, { attempts: 1 });
  await untilSent(bed, 1);
  await eventually("its being on record", () => records.instances.has("milk"));
  await runtime[Symbol.asyncDispose]();
  deepEqual(await outcomes(bed), []);

  bed.messenger = away;
  start();
  await untilEnded(bed);
  deepEqual(await outcomes(bed), [["unknown", "asleep", "the messenger sleeps"]]);
  const [first, second] = bed.requests.map(({ headers }) => headers.get("Idempotency-Key"));
  equal(first, second);
});

Deno.test("what was told before a kill, and is not on record, is put on record after it", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = taken;
  const process = limitedErrand({ limits: { attempts: 1 }, isDoneWhenTaken: true });
  const { records, runtime, start } = await given(bed, { process });
  await eventually("its end", () => records.standing.get("milk")?.finished);
  await runtime[Symbol.asyncDispose]();
  // As it was before that
  records.instances.set("milk", { state: "running", step: "run", cause: null });
  start();
  await eventually("its being struck off", () => records.instances.size === 0);
  equal(bed.requests.length, 1);
});

Deno.test("a step that no event proves is done when it is taken", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = taken;
  const { records } = await given(bed, { process: limitedErrand({ isDoneWhenTaken: true }) });
  await eventually("its end", () => records.standing.get("milk")?.finished);
  deepEqual(await bed.progress("milk"), ["Started", "run"]);
  await untilIdle(bed);
  equal(bed.requests.length, 1);
});

Deno.test("while the log is away nothing is sent again: it is told when the log is back", async () => {
  await using bed = new ProcessTestBed();
  let isAway = false;
  const log = bed.replacing({
    append: (...appended) =>
      isAway ? Promise.reject(new Unavailable("no log")) : bed.log.append(...appended),
  });
  bed.messenger = () => {
    isAway = true;
    return Response.json({ code: "milk-out", detail: "No milk" }, { status: 422 });
  };
  const records = memoryRecords();
  bed.start({ log, records, process: limitedErrand({ limits: { attempts: 1 } }) });
  await bed.append("ErrandGiven", "milk");
  await eventually("its being noted", () => records.holds.length === 1);
  const cause = "refused (milk-out: No milk), which the process cannot take: no log";
  equal(records.holds[0]?.cause, cause);
  isAway = false;
  await bed.clock.advance(60_000);
  await untilEnded(bed);
  equal((await outcomes(bed)).length, 1);
  equal(bed.requests.length, 1);
});

Deno.test("what is resumed may come to the same again, and is told again", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = away;
  await given(bed, { attempts: 1 });
  await untilEnded(bed);
  await bed.clock.advance(1_000);
  await bed.append("ErrandGiven", "milk", { commandId: crypto.randomUUID() });
  await untilEnded(bed, 2);
  deepEqual(await bed.progress("milk"), ["Started", "Ended", "Resumed", "Ended"]);
  const keys = bed.requests.map(({ headers }) => headers.get("Idempotency-Key"));
  equal(keys.length, 2);
  equal(keys[0], keys[1]);
});

Deno.test("a process that makes nothing of what it is told is told again after a pause only", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = away;
  await given(bed, {
    process: { ...limitedErrand({ limits: { attempts: 1 } }), notice: () => [] },
  });
  await untilSent(bed, 1);
  await eventually("a pause", () => bed.clock.pending() > 1);
  await bed.clock.advance(59_000);
  equal(bed.requests.length, 1);
  await bed.clock.advance(1_000);
  await untilSent(bed, 2);
});

Deno.test("a process that cannot be told goes on for ever", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = away;
  const { notice: _, ...process } = limitedErrand({ limits: { attempts: 1 } });
  await given(bed, { process });
  await eventually("several requests", async () => {
    await bed.clock.advance(1_000);
    return bed.requests.length > 3;
  });
  bed.messenger = ({ type, errandId }) => bed.does(type, errandId);
  await bed.clock.advance(10_000);
  await eventually("its end", async () => (await bed.progress("milk")).length === 2);
});

Deno.test("a step that was in doubt is in doubt when it comes back, also under another outcome of the machine", async () => {
  const clock = manualClock();
  const signal = new AbortController();
  const told: string[] = [];
  let answer = late;
  const dependencies = {
    ...{ process: errandProcess, clock, signal: signal.signal, logger: silentLog },
    client: { call: () => answer() },
    places: new TargetPlaces({ clock, signal: signal.signal, random: () => 0.5 }),
    heard: () => 0,
    random: () => 0.5,
    now: () => 0,
    notice: (_: string, { outcome }: StepAnswered) => Promise.resolve(void told.push(outcome)),
    records: { note: () => Promise.resolve() },
  };
  const steps = new LimitedSteps("milk", {
    ...dependencies,
    notes: new StepNotes("milk", dependencies),
    told: () => steps.drive([], trace),
  });
  const trace = {
    correlationId: "1",
    causationId: undefined,
    traceparent: undefined,
    mayBeSent: false,
  };
  const step = {
    ...{ name: "run", service: "messenger", command: { type: "RunErrand", data: {} } },
    limits: { attempts: 1 },
  };
  async function driven(round: number): Promise<readonly string[]> {
    steps.drive([{ ...step, round }], trace);
    await clock.advance(2_000);
    await steps.settled();
    return told;
  }
  deepEqual(await driven(1), ["unknown"]);
  answer = away;
  deepEqual(await driven(1), ["unknown", "unknown"]);
  deepEqual(await driven(2), ["unknown", "unknown", "failed"]);
});
