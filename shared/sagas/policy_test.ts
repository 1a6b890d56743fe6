import { Refusal } from "@headwater/core";
import { eventually, heard, recordedExample } from "@headwater/testing";
import { deepEqual, equal, throws } from "node:assert/strict";
import { z } from "zod";
import type { Operated } from "./notice.ts";
import { participant } from "./participant.ts";
import { policy } from "./policy.ts";
import { errandEvents } from "./testing/errand_process.ts";
import { away, late } from "./testing/limited_errands.ts";
import { memoryRecords, ProcessTestBed } from "./testing/process_test_bed.ts";

const commands = { RunErrand: z.strictObject({ errandId: z.string().max(10) }) };

const of = { service: "messenger", commands };
const when = participant("errands", { commands: {}, events: errandEvents }).event("ErrandGiven");
const rule = { name: "running", of, when, then: () => undefined };

/** Whoever gives an errand has it run. */
const running = policy({
  name: "running",
  of,
  when,
  then: ({ data }) => data.errandId === "none" ? undefined : { type: "RunErrand", data },
});

function taken(): Response {
  return new Response(null, { status: 202 });
}

function given(errandId: string, id = errandId) {
  const event = { type: "ErrandGiven", data: { errandId } } as const;
  return { ...recordedExample(event, { stream: `errand-${errandId}` }), id };
}

const act = { actId: "a", actor: "anna", reason: "why not", at: "2026-01-02T00:00:00.000Z" };
const refused = {
  ...{ type: "StepAnswered", round: 1, outcome: "refused", at: act.at } as const,
  ...{ code: "no-milk", reason: "no-milk: No" },
};

/** What happened to the policy's instance, in words. */
async function story(bed: ProcessTestBed): Promise<string[]> {
  return (await bed.events("milk")).map(({ type, data }) => {
    const { step } = data as { step: string };
    return `${type} ${step.split(":")[0]}`;
  });
}

Deno.test("an event of another service leads to a command of one's own, once, and to nothing more", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  bed.messenger = taken;
  const first = bed.start({ records, process: running });
  await bed.append("ErrandGiven", "milk");
  await bed.append("ErrandRun", "milk");
  await bed.append("ErrandGiven", "none");
  await eventually("its end", () => records.standing.get("milk")?.finished);
  deepEqual(await story(bed), ["CommandOrdered RunErrand", "CommandTaken RunErrand"]);
  deepEqual(bed.requests.map(({ url }) => url), ["http://messenger/commands/RunErrand"]);
  equal(bed.requests[0]?.headers.get("X-Correlation-Id"), "correlation of milk");
  await first[Symbol.asyncDispose]();

  const again = memoryRecords();
  bed.start({ records: again, process: running });
  await bed.append("ErrandGiven", "bread");
  await eventually("the next one's end", () => again.standing.get("bread")?.finished);
  equal(bed.requests.length, 2);
  deepEqual(await bed.events("none"), []);
});

Deno.test("commands of one key are taken in the order of their events, others beside them", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  const answer = Promise.withResolvers<Response>();
  bed.messenger = ({ errandId }) => errandId === "milk" ? answer.promise : taken();
  bed.start({ records, process: running });
  await bed.append("ErrandGiven", "milk");
  await bed.append("ErrandGiven", "milk", { commandId: crypto.randomUUID() });
  await bed.append("ErrandGiven", "bread");
  await eventually("bread", () => records.standing.get("bread")?.finished);
  equal(bed.requests.length, 2);
  answer.resolve(taken());
  await eventually("milk", () => records.standing.get("milk")?.finished);
  equal(bed.requests.length, 3);
  const ids = bed.requests.map(({ headers }) => headers.get("Idempotency-Key"));
  equal(new Set(ids).size, 3);
});

Deno.test("a command that is refused is stuck with those behind it, across restarts, and holds no driver", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  bed.messenger = () => Response.json({ code: "no-milk", detail: "No" }, { status: 409 });
  const first = bed.start({ records, process: running });
  await bed.append("ErrandGiven", "milk");
  await bed.append("ErrandGiven", "milk", { commandId: crypto.randomUUID() });
  await eventually("its being stuck", () => records.standing.get("milk")?.stuck !== undefined);
  equal(records.standing.get("milk")?.stuck?.cause, "refused: no-milk: No");
  await first[Symbol.asyncDispose]();
  bed.start({ records, process: running });
  await bed.append("ErrandGiven", "bread");
  await eventually("bread", () => records.standing.get("bread")?.stuck !== undefined);
  await bed.clock.advance(120_000);
  equal(bed.requests.length, 2);
});

Deno.test("what is stuck is retried as another command, resumed as the same, or skipped", () => {
  const { state, outstanding: [begun] } = heard(running, given("milk", "1"), given("milk", "2"));
  equal(begun?.name, "RunErrand:1");
  const stuck = after(state, { ...refused, step: "RunErrand:1" });
  deepEqual(running.outstanding(stuck), []);
  deepEqual(running.tells?.(stuck).stuck, { step: "RunErrand:1", cause: "refused: no-milk: No" });

  const next = (name: Operated["act"]) => {
    const [step] = running.outstanding(after(stuck, { type: "Operated", ...act, act: name }));
    return [step?.name, step?.round];
  };
  deepEqual(next("retry"), ["RunErrand:1", 2]);
  deepEqual(next("resume"), ["RunErrand:1", 1]);
  deepEqual(next("skip"), ["RunErrand:2", 1]);

  // Late, or of the round before
  const again = after(stuck, { type: "Operated", ...act, act: "retry" });
  deepEqual(running.notice?.({ ...refused, step: "RunErrand:1" }, again), []);
  deepEqual(running.notice?.({ ...refused, step: "RunErrand:2" }, again), []);
});

Deno.test("what nobody knows stays unknown when it is resumed, however surely that fails", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  const runtime = bed.start({ records, process: running });
  const { signal } = new AbortController();
  await eventually("it to listen", () => runtime.check.check(signal).then(() => true, () => false));
  bed.messenger = late;
  await bed.append("ErrandGiven", "milk");
  async function outcomes(times: number): Promise<unknown[]> {
    return await eventually(`outcome ${times}`, async () => {
      await bed.clock.advance(30_000);
      const stuck = (await bed.events("milk")).filter(({ type }) => type === "CommandStuck");
      return stuck.length === times &&
        stuck.map(({ data }) => (data as { outcome: string }).outcome);
    });
  }
  deepEqual(await outcomes(1), ["unknown"]);
  bed.messenger = away;
  const asked = { id: "milk", actor: "anna", reason: "it is back" };
  records.acts.ask({ ...asked, act: "resume", actId: crypto.randomUUID() });
  deepEqual(await outcomes(2), ["unknown", "unknown"]);
  records.acts.ask({ ...asked, act: "retry", actId: crypto.randomUUID() });
  deepEqual(await outcomes(3), ["unknown", "unknown", "failed"]);
});

Deno.test("an act that its state does not allow is refused with the state that it needs", () => {
  const { state } = heard(running, given("milk", "1"));
  const stuck = after(state, { ...refused, step: "RunErrand:1" });
  const refusals: readonly [unknown, Partial<Operated>, RegExp][] = [
    [state, { act: "retry" }, /it has to be stuck, and "RunErrand:1" is under way/],
    [running.initialState, { act: "skip" }, /it has to be stuck, and nothing is left to do/],
    [stuck, { act: "retry", step: "RunErrand:2" }, /stuck is "RunErrand:1"/],
    [stuck, { act: "compensate" }, /retry, resume or skip/],
  ];
  for (const [before, given, message] of refusals) {
    throws(
      () => running.notice?.({ type: "Operated", ...act, act: "retry", ...given }, before as never),
      (error) => error instanceof Refusal && message.test(error.message),
    );
  }
});

Deno.test("a command that its service would not take is put aside with its event", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  bed.start({ records, process: running });
  await bed.append("ErrandGiven", "far-too-much-milk");
  await eventually("its being put aside", async () => (await records.letters.load()).length === 1);
  deepEqual(bed.requests, []);
});

Deno.test("what was recorded before a policy's time is left as it is", () => {
  const late = policy({ ...rule, since: "2026-01-01T00:00:00.001Z" });
  equal(late.key(given("milk")), undefined);
  const inTime = policy({ ...rule, since: "2026-01-01" });
  equal(inTime.key(given("milk")), "milk");
});

Deno.test("a policy that cannot be right is refused when it is defined", () => {
  throws(() => policy({ ...rule, since: "soon" }), /"soon" is no time/);
});

function after(
  state: Parameters<typeof running.outstanding>[0],
  notice: Parameters<NonNullable<typeof running.notice>>[0],
) {
  return (running.notice?.(notice, state) ?? []).reduce(running.evolve, state);
}
