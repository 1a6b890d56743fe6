import { DeadlineExceeded, time, Unavailable } from "@headwater/core";
import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import { memoryRecords, ProcessTestBed } from "./testing/process_test_bed.ts";

function errands(count: number): readonly string[] {
  return Array.from({ length: count }, (_, number) => `errand${number}`);
}

async function giveAll(bed: ProcessTestBed, names: readonly string[]): Promise<void> {
  for (const errandId of names) await bed.append("ErrandGiven", errandId);
}

async function doneOf(bed: ProcessTestBed, names: readonly string[]): Promise<number> {
  const progress = await Promise.all(names.map((errandId) => bed.progress(errandId)));
  return progress.filter(({ length }) => length === 3).length;
}

/** What a target that is away does to who asks: it refuses, or it does not answer in time. */
const outages = {
  refuses: () => Promise.reject(new Unavailable("the messenger sleeps")),
  hangs: async (clock: time.Clock) => {
    await time.pause(10_000, { clock });
    throw new DeadlineExceeded("no answer within 10000 ms");
  },
};

for (const [how, outage] of Object.entries(outages)) {
  Deno.test(`a target that ${how} is asked by few, and all are done within 10 s after it is back`, async () => {
    await using bed = new ProcessTestBed();
    const names = errands(200);
    bed.messenger = () => outage(bed.clock);
    bed.start();
    await giveAll(bed, names);
    await eventually("the first to ask", () => bed.requests.length > 0);
    for (let second = 0; second < 20; second++) await bed.clock.advance(1_000);
    const asked = bed.requests.length;
    assert.ok(asked <= 60, `asked ${asked} times`);

    bed.messenger = ({ type, errandId }) => bed.does(type, errandId);
    for (let passed = 0; passed < 10_000; passed += 100) await bed.clock.advance(100);
    assert.equal(await doneOf(bed, names), names.length);
    // Whoever was under way as it came back is not asked twice either
    const keys = bed.requests.slice(asked).map(({ headers }) => headers.get("Idempotency-Key"));
    assert.ok(keys.length <= 2 * names.length + 64, `asked ${keys.length} times more`);
  });
}

Deno.test("a target is asked by as many at a time as it takes well", async () => {
  await using bed = new ProcessTestBed();
  let running = 0;
  let most = 0;
  bed.messenger = async ({ type, errandId }) => {
    running++;
    most = Math.max(most, running);
    await time.pause(40 * running, bed);
    running--;
    return await bed.does(type, errandId);
  };
  bed.start();
  const names = errands(80);
  await giveAll(bed, names);
  await eventually("all to be done", async () => {
    await bed.clock.advance(50);
    return await doneOf(bed, names) === names.length;
  });
  assert.ok(most >= 2 && most <= 8, `${most} at a time`);
});

Deno.test("an input that comes before it is an instance's turn changes what is sent", async () => {
  await using bed = new ProcessTestBed();
  const answers = Promise.withResolvers<void>();
  bed.messenger = async ({ type, errandId }) => {
    await answers.promise;
    return await bed.does(type, errandId);
  };
  bed.start();
  await giveAll(bed, errands(20));
  await eventually("the first to be under way", () => bed.requests.length === 4);
  await bed.append("ErrandRun", "errand19");
  await eventually("it to be heard", async () => (await bed.progress("errand19")).length === 2);
  answers.resolve();
  await eventually("all to be done", async () => await doneOf(bed, errands(20)) === 20);
  const sent = await Promise.all(
    bed.requests.map(async (request) =>
      `${request.url.split("/").at(-1)} ${(await request.json()).errandId}`
    ),
  );
  assert.deepEqual(sent.filter((each) => each.endsWith("errand19")), ["ReportErrand errand19"]);
});

Deno.test("an input that comes while a command is under way does not have it sent beside itself", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  const answers = Promise.withResolvers<void>();
  bed.messenger = async ({ type, errandId }) => {
    await answers.promise;
    return await bed.does(type, errandId);
  };
  bed.start({ records });
  await bed.append("ErrandGiven", "milk");
  await eventually("the command", () => bed.requests.length === 1);
  // It changes nothing of what is to be done
  await bed.append("ErrandReported", "milk");
  const head = await bed.log.head();
  await eventually("it to be heard", () => records.heard?.position === head);
  await bed.clock.advance(10);
  assert.equal(bed.requests.length, 1);
  answers.resolve();
  await eventually("the errand to be run", async () => (await bed.progress("milk")).length >= 2);
  assert.equal(bed.requests.filter(({ url }) => url.endsWith("RunErrand")).length, 1);
});

Deno.test("a step that was taken is not sent again before the process has heard what came of it", async () => {
  await using bed = new ProcessTestBed();
  const released = Promise.withResolvers<void>();
  bed.messenger = async ({ type, errandId }) => {
    await bed.does(type, errandId);
    return new Response(null, {
      status: 202,
      headers: { "X-Position": String(await bed.log.head()) },
    });
  };
  let batches = 0;
  const slow = bed.replacing({
    async *subscribe(options) {
      for await (const batch of bed.log.subscribe(options)) {
        if (batch.events.length > 0 && ++batches === 2) await released.promise;
        yield batch;
      }
    },
  });
  bed.start({ log: slow });
  await bed.append("ErrandGiven", "milk");
  await eventually("the driver to wait", () => bed.clock.pending() === 1);
  for (let second = 0; second < 60; second++) await bed.clock.advance(1_000);
  assert.equal(bed.requests.length, 1);
  released.resolve();
  await eventually("the errand to be done", async () => await doneOf(bed, ["milk"]) === 1);
  assert.equal(bed.requests.length, 2);
});

Deno.test("after a restart a crowd of unfinished instances is not read all at once", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  const names = errands(300);
  bed.messenger = async ({ request: { signal } }) => {
    await time.aborted(signal);
    throw signal.reason;
  };
  const first = bed.start({ records });
  await giveAll(bed, names);
  await eventually("all to be heard", () => records.instances.size === names.length);
  await first[Symbol.asyncDispose]();

  let reading = 0;
  let most = 0;
  const watched = bed.replacing({
    async *read(...args) {
      most = Math.max(most, ++reading);
      try {
        yield* bed.log.read(...args);
      } finally {
        reading--;
      }
    },
  });
  bed.messenger = ({ type, errandId }) => bed.does(type, errandId);
  bed.start({ records, log: watched });
  await eventually("all to be done", async () => {
    await bed.clock.advance(100);
    return await doneOf(bed, names) === names.length;
  });
  // As many that hear beside as many that begin
  assert.ok(most <= 32, `${most} were read at a time`);
});
