import { derivedId, Unavailable } from "@headwater/core";
import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import { memoryRecords, ProcessTestBed } from "./testing/process_test_bed.ts";

const allDone = ["Started", "run", "report"];

async function untilDone(bed: ProcessTestBed, errandId: string): Promise<void> {
  await eventually(`the end of ${errandId}`, async () => {
    return (await bed.progress(errandId)).length >= allDone.length;
  });
  assert.deepEqual(await bed.progress(errandId), allDone);
}

function names(bed: ProcessTestBed): string[] {
  return bed.requests.map(({ url }) => url);
}

const run = "http://messenger/commands/RunErrand";
const report = "http://messenger/commands/ReportErrand";

function taken(): Response {
  return new Response(null, { status: 202 });
}

Deno.test("an input starts an instance, whose steps are driven until nothing is outstanding", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  bed.start({ records });
  await bed.append("ErrandGiven", "milk");
  await untilDone(bed, "milk");
  assert.deepEqual(names(bed), [run, report]);
  await eventually("the instance to be struck off", () => records.instances.size === 0);
});

Deno.test("a command carries ids that tell where it comes from and that it is the same again", async () => {
  await using bed = new ProcessTestBed();
  bed.start();
  await bed.append("ErrandGiven", "milk");
  await untilDone(bed, "milk");
  const [started, ran] = await bed.events("milk");
  const headers = bed.requests.map(({ headers }) => [
    headers.get("Idempotency-Key"),
    headers.get("X-Correlation-Id"),
    headers.get("X-Causation-Id"),
  ]);
  assert.deepEqual(headers, [
    [derivedId("running", "milk", "run"), "correlation of milk", started?.id],
    [derivedId("running", "milk", "report"), "correlation of milk", ran?.id],
  ]);
});

Deno.test("a step whose outcome does not come is sent again under the same id, with growing patience", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = () => taken();
  bed.start();
  await bed.append("ErrandGiven", "milk");
  await eventually("the first command", () => bed.clock.pending() === 1);
  assert.equal(bed.requests.length, 1);
  await bed.clock.advance(499);
  assert.equal(bed.requests.length, 1);
  await bed.clock.advance(1);
  await eventually("the second command", () => bed.clock.pending() === 1);
  assert.equal(bed.requests.length, 2);
  await bed.clock.advance(999);
  assert.equal(bed.requests.length, 2);
  bed.messenger = ({ type, errandId }) => bed.does(type, errandId);
  await bed.clock.advance(1);
  await untilDone(bed, "milk");
  const keys = bed.requests.map(({ headers }) => headers.get("Idempotency-Key"));
  assert.deepEqual([...new Set(keys)].length, 2);
});

Deno.test("operators are told what an instance is at, how often that was sent and what came of it", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  const answers = [
    taken,
    taken,
    () => Response.json({ code: "no-way", detail: "No" }, { status: 503 }),
    () => Response.json({ code: "not-here", detail: "Never" }, { status: 409 }),
  ];
  bed.messenger = () => (answers.shift() ?? taken)();
  bed.start({ records });
  await bed.append("ErrandGiven", "milk");
  await eventually("its being noted", async () => {
    await bed.clock.advance(1_000);
    return records.holds.length >= 3;
  });
  const noted = records.holds.slice(0, 3).map(({ state, step, target, command, sent, cause }) => [
    ...[state, `${step} ${target} ${command}`, sent],
    cause,
  ]);
  const what = "run messenger RunErrand";
  assert.deepEqual(noted, [
    // The first time was nothing to tell
    ["running", what, 2, "it was taken, and no event has shown yet that it was done"],
    ["running", what, 1, "no-way: No"],
    ["stuck", what, 1, "not-here: Never"],
  ]);
  await eventually("its being saved", () => records.standing.has("milk"));
  assert.deepEqual(records.standing.get("milk"), {
    ...{ finished: false, revision: 0, outstanding: 1 },
    waits: {
      ...{ step: "run", target: "messenger", command: "RunErrand" },
      ...{ isCompensating: false, keys: [] },
    },
  });
});

Deno.test("a service that is away is asked again, and the instance says what it waits for", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  bed.messenger = () => Promise.reject(new Unavailable("the messenger sleeps"));
  bed.start({ records });
  await bed.append("ErrandGiven", "milk");
  // The driver, and the pause of all that have something to do there
  await eventually("the driver to wait", () => bed.clock.pending() === 2);
  assert.deepEqual(records.instances.get("milk"), {
    state: "running",
    step: "run",
    cause: "the messenger sleeps",
  });
  bed.messenger = ({ type, errandId }) => bed.does(type, errandId);
  await bed.clock.advance(500);
  await untilDone(bed, "milk");
});

Deno.test("a lasting refusal leaves the instance stuck, until a late input moves it on", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  bed.messenger = () =>
    Response.json({ code: "errand-impossible", detail: "no milk anywhere" }, { status: 409 });
  bed.start({ records });
  await bed.append("ErrandGiven", "milk");
  await eventually("the driver to wait", () => bed.clock.pending() === 1);
  assert.deepEqual(records.instances.get("milk"), {
    state: "stuck",
    step: "run",
    cause: "errand-impossible: no milk anywhere",
  });
  await bed.clock.advance(29_999);
  assert.equal(bed.requests.length, 1);

  bed.messenger = ({ type, errandId }) => bed.does(type, errandId);
  await bed.append("ErrandRun", "milk");
  await untilDone(bed, "milk");
  assert.deepEqual(names(bed), [run, report]);
});

Deno.test("a stuck step is tried again now and then", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = () => new Response("no", { status: 404 });
  bed.start();
  await bed.append("ErrandGiven", "milk");
  await eventually("the driver to wait", () => bed.clock.pending() === 1);
  bed.messenger = ({ type, errandId }) => bed.does(type, errandId);
  await bed.clock.advance(30_000);
  await untilDone(bed, "milk");
});

Deno.test("after a restart it goes on where it was, and hears what happened meanwhile", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  bed.messenger = ({ type, errandId }) => type === "RunErrand" ? bed.does(type, errandId) : taken();
  const first = bed.start({ records });
  await bed.append("ErrandGiven", "milk");
  await eventually("the report to be sent", () => names(bed).includes(report));
  await first[Symbol.asyncDispose]();
  await bed.append("ErrandGiven", "bread");
  const heardBefore = records.heard?.mark;
  assert.ok(heardBefore);

  const asked: unknown[] = [];
  bed.messenger = ({ type, errandId }) => bed.does(type, errandId);
  const watched = bed.replacing({
    subscribe: (options) => {
      asked.push(options.after);
      return bed.log.subscribe(options);
    },
  });
  bed.start({ records, log: watched });
  await untilDone(bed, "milk");
  await untilDone(bed, "bread");
  assert.deepEqual(asked, [heardBefore]);
});

Deno.test("it stops while a command is under way, without waiting for anything", async () => {
  await using bed = new ProcessTestBed();
  let aborted = false;
  bed.messenger = ({ request: { signal } }) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        aborted = true;
        reject(signal.reason);
      });
    });
  const runtime = bed.start();
  await bed.append("ErrandGiven", "milk");
  await eventually("the command", () => bed.requests.length === 1);
  await runtime[Symbol.asyncDispose]();
  assert.ok(aborted);
  assert.deepEqual(await bed.progress("milk"), ["Started"]);
});

Deno.test("two runtimes on one log have one effect", async () => {
  await using bed = new ProcessTestBed();
  bed.start();
  bed.start();
  const errands = Array.from({ length: 20 }, (_, number) => `errand${number}`);
  await Promise.all(errands.map((errandId) => bed.append("ErrandGiven", errandId)));
  for (const errandId of errands) await untilDone(bed, errandId);
});

Deno.test("lost records cost hearing everything again, and change nothing", async () => {
  await using bed = new ProcessTestBed();
  const first = bed.start();
  await bed.append("ErrandGiven", "milk");
  await bed.append("ErrandGiven", "bread");
  await untilDone(bed, "milk");
  await untilDone(bed, "bread");
  await first[Symbol.asyncDispose]();
  const sent = bed.requests.length;

  const records = memoryRecords();
  bed.start({ records });
  const head = await bed.log.head();
  await bed.append("ErrandGiven", "eggs");
  await untilDone(bed, "eggs");
  await eventually("its being noted", () => (records.heard?.position ?? 0) > head!);
  assert.equal(bed.requests.length, sent + 2);
  assert.deepEqual(await bed.progress("milk"), allDone);
  assert.deepEqual(await bed.progress("bread"), allDone);
});

Deno.test("a subscription that breaks off or ends is taken up again, and its health says so", async () => {
  await using bed = new ProcessTestBed();
  let breaks = 0;
  const brittle = bed.replacing({
    async *subscribe(options) {
      breaks += 1;
      if (breaks <= 2) throw new Unavailable("the log is restarting");
      for await (const batch of bed.log.subscribe(options)) {
        yield batch;
        if (breaks === 3) return;
      }
    },
  });
  const { check } = bed.start({ log: brittle });
  function interruptions(): number {
    return bed.warnings.filter(({ message }) => message.startsWith("process interrupted")).length;
  }
  const { signal } = new AbortController();
  await assert.rejects(check.check(signal), /not started to listen yet|log is restarting/);
  await bed.append("ErrandGiven", "milk");
  await eventually("the first break", () => interruptions() === 1);
  await assert.rejects(check.check(signal), /log is restarting/);
  await bed.clock.advance(25);
  await eventually("the second break", () => breaks === 2);
  await bed.clock.advance(50);
  await eventually("the third break", () => interruptions() === 2);
  await bed.clock.advance(100);
  await untilDone(bed, "milk");
  await eventually("good health", () => check.check(signal).then(() => true, () => false));
  assert.deepEqual([breaks, interruptions()], [4, 2]);
});
