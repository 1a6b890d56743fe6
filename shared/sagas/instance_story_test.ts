import { eventually } from "@headwater/testing";
import { deepEqual, equal, match } from "node:assert/strict";
import { type InstanceStory, storyOf } from "./instance_story.ts";
import type { Process } from "./process.ts";
import { readInstance, readLater } from "./read_instance.ts";
import { storyText } from "./story_text.ts";
import { errandProcess } from "./testing/errand_process.ts";
import { ProcessTestBed } from "./testing/process_test_bed.ts";

const { signal } = new AbortController();

async function told(bed: ProcessTestBed, id = "milk"): Promise<InstanceStory> {
  const instance = { process: errandProcess, id };
  const reading = { log: bed.log, signal };
  const events = await readInstance(instance, reading);
  return storyOf(instance, {
    ...events,
    later: await readLater(instance, { ...events, ...reading }),
  });
}

function plain({ chapters, next, later }: InstanceStory) {
  return {
    chapters: chapters.map(({ heard, noted, sends, outstanding, isFinished }) => [
      `${heard?.type} ${heard?.answers}`,
      noted.map(({ type }) => type).join(),
      sends.map(({ step, target, command }) => `${step} ${target} ${command}`).join(),
      outstanding.join(),
      isFinished,
    ]),
    next: next.map(({ step }) => step),
    later: later.map(({ type }) => type),
  };
}

Deno.test("the story of an instance is what it heard, noted and sent, each answer under its step", async () => {
  await using bed = new ProcessTestBed();
  bed.start();
  for (const id of ["bread", "milk", "eggs"]) await bed.append("ErrandGiven", id);
  await eventually("the end", async () => (await bed.progress("milk")).length === 3);
  deepEqual(plain(await told(bed)), {
    chapters: [
      ["ErrandGiven null", "Started", "run messenger RunErrand", "run", false],
      ["ErrandRun null", "Advanced", "report messenger ReportErrand", "report", false],
      ["ErrandReported null", "Advanced", "", "", true],
    ],
    next: [],
    later: [],
  });
});

Deno.test("an event whose command is a step's is its answer, and what has led to nothing yet is told", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = () => new Response(null, { status: 202 });
  const runtime = bed.start();
  await bed.append("ErrandGiven", "milk");
  await eventually("the command", () => bed.requests.length === 1);
  await runtime[Symbol.asyncDispose]();
  const commandId = bed.requests[0]!.headers.get("Idempotency-Key")!;
  const before = await told(bed);
  equal(before.next[0]?.commandId, commandId);
  await bed.append("ErrandRun", "milk", { commandId });
  await bed.append("ErrandRun", "bread");
  const story = await told(bed);
  deepEqual(plain(story), {
    chapters: [["ErrandGiven null", "Started", "run messenger RunErrand", "run", false]],
    next: ["run"],
    later: ["ErrandRun"],
  });
  equal(story.later[0]?.answers, "run");
});

Deno.test("what the code cannot take ends the story there, and says so", async () => {
  await using bed = new ProcessTestBed();
  bed.start();
  await bed.append("ErrandGiven", "milk");
  await eventually("the end", async () => (await bed.progress("milk")).length === 3);
  const events = await readInstance({ process: errandProcess, id: "milk" }, {
    log: bed.log,
    signal,
  });
  const process: Process = {
    ...errandProcess,
    evolve(state, event) {
      if (event.type === "Advanced") throw new Error("not in this release");
      return errandProcess.evolve(state, event);
    },
  };
  const broken = storyOf({ process, id: "milk" }, events);
  deepEqual([broken.chapters.length, broken.next, broken.broken], [2, [], "not in this release"]);
});

Deno.test("an input that cannot be found is told by its id, and nothing more is read than need be", async () => {
  await using bed = new ProcessTestBed();
  bed.start();
  await bed.append("ErrandGiven", "milk");
  await eventually("the end", async () => (await bed.progress("milk")).length === 3);
  const log = bed.replacing({ async *readAll() {} });
  const events = await readInstance({ process: errandProcess, id: "milk" }, { log, signal });
  const { chapters } = storyOf({ process: errandProcess, id: "milk" }, events);
  deepEqual(chapters.map(({ heard }) => heard), [null, null, null]);
  const [given] = (await Array.fromAsync(bed.log.read("errand-milk"))).flat();
  equal(chapters[0]?.causationId, given?.id);
});

Deno.test("people read the story with its times, its answers, and what comes next", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = () => new Response(null, { status: 202 });
  const runtime = bed.start();
  await bed.append("ErrandGiven", "milk");
  await eventually("the command", () => bed.requests.length === 1);
  await runtime[Symbol.asyncDispose]();
  const story = await told(bed);
  const shown = { type: "running", definition: "running", id: "milk", keys: ["milk", "anna"] };
  const startedAt = "2026-01-02T03:04:05.000Z";
  const text = storyText({
    ...shown,
    ...story,
    state: "waiting",
    startedAt,
    waits: null,
    way: null,
    timers: [],
  });
  match(
    text,
    /^running milk {2}waiting {2}anna {2}since 2026.*\n +\+0 ms {2}hears ErrandGiven \(errand-milk 0\)\n +notes {2}Started\n +sends {2}run \(messenger RunErrand\)\nNext: run \(messenger RunErrand\) is sent$/,
  );
});
