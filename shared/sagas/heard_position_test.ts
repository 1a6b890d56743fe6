import type { EventLog, Recorded } from "@headwater/core";
import fc from "fast-check";
import assert from "node:assert/strict";
import { heardAtOnce, heardPosition, hearingId } from "./heard_position.ts";

const process = { name: "running", inputs: ["errand"] };

type Life = {
  /** How many inputs were heard in each turn, before the last turn broke off. */
  readonly turns: readonly number[];
  /** Of the inputs of the last turn, in their order: which were heard. */
  readonly heard: readonly boolean[];
  /** Every so many inputs lead to something. */
  readonly decidesOneIn: number;
  /** Acts of operators on the process's streams, at the end. */
  readonly acts: number;
};

const life: fc.Arbitrary<Life> = fc.record({
  turns: fc.array(fc.integer({ min: 1, max: heardAtOnce }), { minLength: 1, maxLength: 20 }),
  heard: fc.array(fc.boolean(), { maxLength: heardAtOnce }),
  decidesOneIn: fc.integer({ min: 1, max: 40 }),
  acts: fc.nat(60),
});

Deno.test("nothing is shown to be heard that was not, wherever a process was killed", async () => {
  await fc.assert(
    fc.asyncProperty(life, async (life) => {
      const { log, unheard } = lived(life);
      const position = await heardPosition(process, log);
      for (const input of unheard) assert.ok((position ?? 0) < input.position);
    }),
    { numRuns: 100 },
  );
});

Deno.test("what is shown is close behind what was heard, however long the log", async () => {
  const turns = Array.from({ length: 60 }, () => heardAtOnce);
  const { log, read } = lived({ turns, heard: [true], decidesOneIn: 3, acts: 50 });
  const position = await heardPosition(process, log);
  assert.ok(position! > 0.85 * log.head, `${position} of ${log.head}`);
  assert.ok(read() < 5 * heardAtOnce + 200, `${read()} events were read`);
});

Deno.test("a log without decisions, or with those of others alone, shows nothing", async () => {
  const turns = Array.from({ length: 50 }, () => heardAtOnce);
  for (const decidesOneIn of [Infinity, 30_000]) {
    const { log, read } = lived({ turns, heard: [], decidesOneIn, acts: 100 });
    assert.equal(await heardPosition(process, log), undefined);
    assert.ok(read() < 21_000, `${read()} events were read`);
  }
});

/** A log as a process that lived so would have left it. */
function lived({ turns, heard, decidesOneIn, acts }: Life) {
  const all: Recorded[] = [];
  const unheard: Recorded[] = [];
  let inputs = 0;
  let events = 0;
  function append(stream: string, commandId: string): Recorded {
    const position = all.length + 1;
    const event = { id: `event ${position}`, stream, position, metadata: { commandId } };
    all.push(event as Recorded);
    return event as Recorded;
  }
  const last = heard.length > 0 ? [heard.length] : [];
  for (const [turn, count] of [...turns, ...last].entries()) {
    const taken = Array.from({ length: count }, () => append("errand-1", `input ${++inputs}`));
    const done = taken.filter((_, index) => turn < turns.length || heard[index]);
    unheard.push(...taken.filter((input) => !done.includes(input)));
    for (const { id } of done) {
      if (++events % decidesOneIn === 0) append("running-1", hearingId(process.name, id));
    }
  }
  for (let act = 0; act < acts; act++) append("running-1", `act ${act}`);
  let read = 0;
  const log: Pick<EventLog, "readAll"> & { readonly head: number } = {
    head: all.length,
    async *readAll({ after = Infinity, categories = [], limit } = {}) {
      const wanted = all.filter(({ stream, position }) =>
        position < after && categories.some((category) => stream.startsWith(`${category}-`))
      ).reverse().slice(0, limit);
      for (let at = 0; at < wanted.length; at += 100) {
        const page = wanted.slice(at, at + 100);
        read += page.length;
        yield await Promise.resolve(page);
      }
    },
  };
  return { log, unheard, read: () => read };
}
