import { deepEqual, equal, ok } from "node:assert/strict";
import { eventLog, type Recorded } from "@headwater/core";
import { migrate } from "@headwater/postgres";
import { databaseTests } from "@headwater/postgres/testing";
import {
  type Heard,
  listInstances,
  type Process,
  processMigrations,
  processRecords,
  sagasActs,
  type Standing,
} from "@headwater/sagas";
import type { Sql } from "postgres";

const running = { name: "running" } as Process;
const log = crypto.randomUUID();

/** Up to there, as a log tells it. */
function heardTo(position: number): Heard {
  return { position, mark: { log, position, id: crypto.randomUUID() } };
}

/** The slices of all instances. */
const all = Array.from({ length: 16 }, (_, slice) => slice);
const nothing: ReadonlyMap<string, { readonly finished: boolean }> = new Map();
const milk = new Map([["milk", { finished: false }]]);

databaseTests("the records of a process", async (step) => {
  const migrated = (name: string, body: (sql: Sql) => Promise<void>) =>
    step(name, async ({ sql }) => {
      await migrate(sql, { service: "order", migrations: processMigrations });
      await body(sql);
    });

  await step(
    "of an earlier release are kept, and learn by what they are known",
    async ({ sql }) => {
      const [first] = processMigrations;
      const own = { name: "0001-own", sql: "create table own (id int)" };
      await migrate(sql, { service: "order", migrations: [first!, own] });
      await sql`insert into process_checkpoint (process, position) values ('running', 41)`;
      await sql`insert into process_instance (process, id) values ('running', 'milk')`;
      const [list] = sagasActs;
      const context = { databases: [{ sagas: [running], sql }] };
      const surroundings = { signal: new AbortController().signal, progress() {} };
      const looked = await list!.run({}, { ...context, ...surroundings });
      ok(looked.text.startsWith("running  running milk"), looked.text);

      await migrate(sql, { service: "order", migrations: [...processMigrations, own] });
      const records = processRecords(sql, "running");
      const left = { stopped: undefined, unfinished: ["milk"] };
      const from = { position: 41, mark: undefined };
      deepEqual(await records.load(), { heard: from, ...left });
      const to = heardTo(41);
      ok(await records.save({ from, to, instances: nothing }));
      deepEqual(await records.load(), { heard: to, ...left });

      // That release goes on beside this one, or again
      await sql`
      insert into process_checkpoint (process, position) values ('running', 45)
      on conflict (process) do update
        set position = greatest(process_checkpoint.position, excluded.position)`;
      deepEqual(await records.load(), { heard: { position: 45, mark: undefined }, ...left });
    },
  );

  await migrated("go forward only, each place with its mark, whoever saves it", async (sql) => {
    const one = processRecords(sql, "running");
    const other = processRecords(sql, "running");
    const [early, late] = [heardTo(10), heardTo(20)];
    ok(await one.save({ from: undefined, to: late, instances: nothing }));
    ok(await other.save({ from: undefined, to: early, instances: milk }));
    deepEqual(await one.load(), { heard: late, stopped: undefined, unfinished: ["milk"] });
    const third = heardTo(30);
    ok(await other.save({ from: early, to: third, instances: nothing }));
    deepEqual((await one.load()).heard, third);
  });

  await migrated("tell what is unfinished without a place, until there is one", async (sql) => {
    const records = processRecords(sql, "running");
    const bread = new Map([["milk", { finished: true }], ["bread", { finished: false }]]);
    ok(await records.save({ from: undefined, to: undefined, instances: milk }));
    ok(await records.save({ from: undefined, to: undefined, instances: bread }));
    const left = { stopped: undefined, unfinished: ["bread"] };
    deepEqual(await records.load(), { heard: undefined, ...left });
    const heard = heardTo(7);
    ok(await records.save({ from: undefined, to: heard, instances: nothing }));
    deepEqual(await records.load(), { heard, ...left });
  });

  await migrated("say why it stands still until it goes on", async (sql) => {
    const records = processRecords(sql, "running");
    const heard = heardTo(5);
    await records.save({ from: undefined, to: heard, instances: milk });
    await records.stop("another log");
    const [before] = await sql`select since from process_checkpoint`;
    await records.stop("another log, still");
    const [after] = await sql`select since from process_checkpoint`;
    deepEqual(after?.since, before?.since, "since when stays");
    deepEqual(await records.load(), {
      heard,
      stopped: "another log, still",
      unfinished: ["milk"],
    });
    await records.stop(undefined);
    equal((await records.load()).stopped, undefined);
    await records.stop("another log");
    await records.save({ from: heard, to: heardTo(6), instances: nothing });
    equal((await records.load()).stopped, undefined);
  });

  await migrated("once forgotten are not brought back by who knew them", async (sql) => {
    const records = processRecords(sql, "running");
    const elsewhere = processRecords(sql, "walking");
    const heard = heardTo(5);
    await records.save({ from: undefined, to: heard, instances: milk });
    await elsewhere.save({ from: undefined, to: heard, instances: milk });
    const rehear = sagasActs.find(({ name }) => name === "rehear");
    await rehear!.run({ name: "running" }, {
      databases: [{ sagas: [running, { ...running, name: "walking" }], sql }],
      signal: new AbortController().signal,
      progress() {},
    });
    const late = {
      from: heard,
      to: heardTo(9),
      instances: new Map([["eggs", { finished: false }]]),
    };
    equal(await records.save(late), false);
    const unheard = { position: -1, mark: undefined };
    deepEqual(await records.load(), { heard: unheard, stopped: undefined, unfinished: [] });
    deepEqual((await elsewhere.load()).unfinished, ["milk"]);
    const unasked = { from: undefined, to: heardTo(9), instances: milk };
    equal(await records.save(unasked), false, "who found nothing before that was not told to");

    // Who begins anew is still behind it
    await records.save({ from: unheard, to: heardTo(2), instances: nothing });
    equal(await records.save(late), false);
    equal(eventLog.positionOf((await records.load()).heard?.mark), 2);
  });

  await migrated(
    "say what an instance is at, how often it was sent and with what answer",
    async (sql) => {
      const records = processRecords(sql, "running");
      const at = (step: string | null) => ({
        ...{ step, target: step && "messenger", command: step && "RunErrand" },
        ...{ isCompensating: step === "back", keys: ["anna\ufffd"] },
      });
      const save = (step: string | null) =>
        records.save({
          ...{ from: undefined, to: undefined },
          instances: new Map([["milk", { finished: false, waits: at(step) }]]),
        });
      const hold = (step: string, sent: number, state: "running" | "stuck" = "running") =>
        records.note("milk", {
          ...{ state, step, target: "messenger", command: "RunErrand", cause: `not ${step}`, sent },
          outstanding: [step],
        });
      const listed = async () => {
        const [first, ...others] = await listInstances(sql);
        deepEqual(others, []);
        return first!;
      };
      await save("run");
      const begun = await listed();
      deepEqual([begun.step, begun.target, begun.command], ["run", "messenger", "RunErrand"]);
      deepEqual([begun.sent, begun.cause, begun.keys], [0, null, ["milk", "anna\ufffd"]]);
      await hold("run", 2);
      await hold("run", 1, "stuck");
      // Something was heard, and it is still at the same
      await save("run");
      const held = await listed();
      deepEqual([held.state, held.sent, held.cause], ["stuck", 3, "not run"]);
      equal(held.since, begun.since);
      ok(held.answeredAt !== null && held.since !== null && held.answeredAt >= held.since);
      await save("back");
      const back = await listed();
      deepEqual([back.state, back.step, back.sent, back.cause], ["running", "back", 0, null]);
      deepEqual([back.isCompensating, back.answeredAt], [true, null]);
      ok(back.since! > begun.since!);
      // What comes late of the step before
      await hold("run", 1);
      deepEqual(await listed(), back);
      await save(null);
      const idle = await listed();
      deepEqual([idle.step, idle.target, idle.isCompensating], [null, null, false]);
      ok(idle.since !== null);
    },
  );

  await migrated(
    "tell whose time has come, who has nothing to do, and who is stuck by itself, as was known last",
    async (sql) => {
      const records = processRecords(sql, "running");
      const second = (number: number) => new Date(number * 1_000).toISOString();
      const waits = {
        ...{ step: null, target: null, command: null },
        isCompensating: false,
        keys: [],
      };
      const save = (instances: Readonly<Record<string, Standing>>) =>
        records.save({
          ...{ from: undefined, to: undefined },
          instances: new Map(Object.entries(instances)),
        });
      const waiting = { finished: false, waits, outstanding: 0 };
      await save({
        milk: { ...waiting, revision: 3, dueAt: second(9) },
        bread: { ...waiting, revision: 0, dueAt: second(7) },
        eggs: { ...waiting, outstanding: 1, dueAt: second(11) },
        salt: { finished: false },
      });
      deepEqual((await records.load()).unfinished.toSorted(), ["eggs", "salt"]);
      deepEqual(await records.due(second(6), all), []);
      deepEqual(await records.news(second(7), all), { areTimesDue: true, areActsOpen: false });
      deepEqual(await records.due(second(9), all), ["bread", "milk"]);
      deepEqual(await processRecords(sql, "walking").due(second(60), all), []);
      // Who shares them tells its own
      deepEqual(await records.due(second(60), [6]), ["eggs"]);
      deepEqual(await records.due(second(60), [0, 8]), ["bread", "milk"]);

      // Who knew less comes late
      await save({ milk: { ...waiting, revision: 2, dueAt: second(1) } });
      await save({ milk: { finished: true, revision: 2 } });
      deepEqual(await records.due(second(8), all), ["bread"]);
      await save({ milk: { ...waiting, revision: 4 }, bread: { finished: true, revision: 1 } });
      deepEqual(await records.due(second(60), all), ["eggs"]);

      const stuck = { by: "state", cause: "nobody answers" } as const;
      const at = { ...waits, step: "run" };
      const listed = async () => {
        const milk = (await listInstances(sql)).find(({ id }) => id === "milk");
        return [milk?.state, milk?.step, milk?.cause];
      };
      await save({ milk: { ...waiting, waits: at, revision: 5, stuck } });
      deepEqual(await listed(), ["stuck", "run", "nobody answers"]);
      // What its driver noted before comes late
      await records.note("milk", {
        ...{ state: "running", step: "run", target: "messenger", command: "RunErrand" },
        ...{ cause: "late", sent: 1, outstanding: ["run"] },
      });
      deepEqual(await listed(), ["stuck", "run", "nobody answers"]);
      await save({ milk: { ...waiting, waits: at, outstanding: 1, revision: 6 } });
      deepEqual(await listed(), ["running", "run", null]);
    },
  );

  await migrated("keep what is put aside, in the order of the log, and list it", async (sql) => {
    const { letters, save } = processRecords(sql, "running");
    await save({ from: undefined, to: undefined, instances: milk });
    const letter = (position: number, instance: string | undefined, isBehind: boolean) => ({
      recorded: {
        ...{ id: `${position}`, stream: "errand-milk", type: "ErrandRun", revision: position },
        ...{ position, recordedAt: "2026-01-02T03:04:05.006Z", data: { errandId: "a\u0000b" } },
        metadata: { schemaVersion: 1 } as Recorded["metadata"],
      },
      ...{ instance, isBehind, cause: "not \u0000 liked" },
    });
    await letters.park([letter(9, "milk", true), letter(7, "milk", false)]);
    await letters.park([letter(8, undefined, false)]);
    await letters.park([letter(7, "milk", false)]);
    const loaded = await letters.load();
    deepEqual(loaded.map(({ recorded, instance }) => [recorded.position, instance]), [
      [7, "milk"],
      [8, undefined],
      [9, "milk"],
    ]);
    deepEqual(loaded[0]?.recorded, letter(7, "milk", false).recorded);
    const [tried] = await sql`select attempts from process_letter where position = 7`;
    equal(tried?.attempts, 2);
    const [list] = sagasActs;
    const context = { databases: [{ sagas: [running], sql }] };
    const listed = async () => {
      const surroundings = { signal: new AbortController().signal, progress() {} };
      const { value } = await list!.run({}, { ...context, ...surroundings });
      return (value as { id: string; state: string; cause: string }[])
        .map(({ id, state, cause }) => `${id} ${state} ${cause}`);
    };
    deepEqual(await listed(), [
      'errand-milk stuck Cannot take "ErrandRun": not \ufffd liked',
      'milk stuck Cannot take "ErrandRun": not \ufffd liked; 2 inputs wait',
    ]);
    for (const { recorded } of loaded) await letters.take(recorded.position);
    deepEqual(await listed(), ["milk running null"]);
  });
});
