import { type EventLog, Unavailable } from "@headwater/core";
import { eventually, randomOf } from "@headwater/testing";
import assert from "node:assert/strict";
import { noticeId } from "./notice.ts";
import type { Process } from "./process.ts";
import type { AskedAct } from "./process_acts.ts";
import type { ProcessRecords } from "./process_records.ts";
import { type MemoryRecords, memoryRecords, ProcessTestBed } from "./testing/process_test_bed.ts";
import { giveUpMs, remindMs, waitingProcess } from "./testing/waiting_process.ts";

/** The same with shorter times: an errand is reported after 2 s, and given up after 3 more. */
const process: Process = {
  ...waitingProcess,
  timers(state) {
    const earlier = { remind: remindMs - 2_000, "give-up": giveUpMs - 3_000 };
    return waitingProcess.timers!(state).map(({ name, dueAt }) => {
      const ms = name === "remind" ? earlier.remind : earlier["give-up"];
      return { name, dueAt: new Date(Date.parse(dueAt) - ms).toISOString() };
    });
  },
};

const names = ["bread", "eggs", "milk"];
const acts = ["retry", "resume", "skip", "compensate"] as const;
const ends = ["Ran", "Skipped", "Reported"];

/** A life that ends just before, or just after, one of its writes. */
function mortal(
  bed: ProcessTestBed,
  records: MemoryRecords,
  { diesAt, isAfter }: { readonly diesAt: number; readonly isAfter: boolean },
): { readonly log: EventLog; readonly records: ProcessRecords } {
  let writes = 0;
  let isDead = false;
  const killed = () => new Unavailable("killed");
  async function write<Result>(act: () => Promise<Result>): Promise<Result> {
    if (isDead) throw killed();
    if (++writes !== diesAt) return await act();
    isDead = true;
    if (isAfter) await act();
    throw killed();
  }
  return {
    log: bed.replacing({ append: (...args) => write(() => bed.log.append(...args)) }),
    records: {
      ...records,
      save: (noted) => write(() => records.save(noted)),
      note: (...noted) => write(() => records.note(...noted)),
      acts: { ...records.acts, answer: (answers) => write(() => records.acts.answer(answers)) },
    },
  };
}

for (let seed = 1; seed <= 12; seed++) {
  Deno.test(`whatever times, acts, inputs and kills come in whatever order, each has one effect (seed ${seed})`, async () => {
    await using bed = new ProcessTestBed();
    const records = memoryRecords();
    const random = randomOf(seed);
    const chance = (share: number) => random() < share;
    const one = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)]!;
    const asked: AskedAct[] = [];
    function ask(act: AskedAct["act"], id: string): void {
      const actId = crypto.randomUUID();
      asked.push({ ...{ act, id, actId }, actor: "anna", reason: "why not" });
      records.acts.ask(asked.at(-1)!);
    }
    const born = () =>
      mortal(bed, records, { diesAt: 1 + Math.floor(random() * 12), isAfter: chance(0.5) });
    // Reports are rare, so that errands are given up
    bed.messenger = ({ type, errandId }) => {
      if (chance(0.2)) throw new Unavailable("the messenger sleeps");
      return chance(0.02) ? bed.does(type, errandId) : new Response(null, { status: 202 });
    };
    let life = bed.start({ process, ...born() });
    for (let step = 0; step < 30; step++) {
      const errandId = one(names);
      const roll = random();
      if (roll < 0.2) await bed.append("ErrandGiven", errandId);
      else if (roll < 0.25) await bed.append("ErrandRun", errandId);
      else if (roll < 0.5) ask(one(acts), errandId);
      else if (roll < 0.6) {
        await life[Symbol.asyncDispose]();
        life = bed.start({ process, ...born() });
      }
      await bed.clock.advance(Math.floor(random() * 3_000));
    }
    await life[Symbol.asyncDispose]();
    for (const errandId of names) await bed.append("ErrandGiven", errandId);

    // From here on nothing is killed, and operators free what is stuck
    bed.messenger = ({ type, errandId }) => bed.does(type, errandId);
    bed.start({ process, records });
    const eventsOf = (errandId: string) => bed.events(errandId, "waiting");
    await eventually("the end of all", async () => {
      await bed.clock.advance(500);
      for (const [id, { state }] of records.instances) if (state === "stuck") ask("retry", id);
      const last = await Promise.all(names.map(async (id) => (await eventsOf(id)).at(-1)?.type));
      const isAnswered = asked.every(({ actId }) => records.acts.answers.has(actId));
      return isAnswered && records.instances.size === 0 &&
        last.every((type) => ends.includes(type!));
    });

    for (const errandId of names) {
      const events = await eventsOf(errandId);
      const commands = events.map(({ metadata }) => metadata.commandId);
      assert.equal(new Set(commands).size, commands.length, "no cause has two effects");
      const types = events.map(({ type }) => type);
      const count = (type: string) => types.filter((each) => each === type).length;
      assert.equal(count("Begun"), 1);
      assert.ok(count("Reminded") <= 1, `${types}`);
      assert.ok(count("GivenUp") <= 1 + count("Retried"), `${types}`);
      assert.equal(types.filter((type) => ends.includes(type)).length, 1, `${types}`);
      for (const act of asked.filter(({ id }) => id === errandId)) {
        const id = noticeId(
          { type: "Operated", at: "", ...act } as Parameters<typeof noticeId>[0],
          {
            ...{ process: process.name, id: errandId },
          },
        );
        const { outcome } = records.acts.answers.get(act.actId)!;
        assert.equal(commands.includes(id), outcome === "done", `${act.act} is ${outcome}`);
      }
    }
  });
}
