import { acts, eventLog, Refusal } from "@headwater/core";
import { appendAtEnd, newEvent } from "@headwater/testing";
import assert from "node:assert/strict";
import { z } from "zod";
import { actsRecord } from "./acts_record.ts";
import { doOnRecord, recordable } from "./record_act.ts";
import { type ListedAct, recordActs } from "./record_acts.ts";

const context = { signal: new AbortController().signal, progress() {} };

/** A lamp that operators switch, and a record of that. */
function lampRoom(log = eventLog.memoryLog()) {
  const room = { isLit: false, switched: 0 };
  const record = actsRecord(log);
  const light = acts.operatorsAct({
    name: "light",
    summary: "lights a lamp",
    args: z.strictObject({ lamp: z.string() }),
    changes: true,
    run({ lamp }) {
      if (lamp === "broken") throw new Refusal("lamp-broken", `Cannot light "${lamp}"`);
      if (lamp === "all") {
        const undo = { name: "mend", args: { lamp } };
        const text = "0 of 2 are lit";
        return Promise.resolve({ value: { lamp }, text, isDone: false, ended: "refused", undo });
      }
      room.switched++;
      room.isLit = true;
      return Promise.resolve({ value: { lamp }, text: `"${lamp}" is lit`, isDone: true });
    },
    subject: ({ lamp }) => String(lamp),
    foretell: ({ lamp }) =>
      Promise.resolve({
        value: { lamp, isLit: room.isLit },
        text: `would light "${lamp}"`,
        undo: { name: "darken", args: { lamp } },
      }),
  });
  return {
    room,
    record,
    light: recordable(light),
    act: (given: Record<string, unknown>, actor = "anna") =>
      doOnRecord(light, given, { engine: "lamps", record, actor, context }),
    async list(args: Record<string, unknown> = {}) {
      const [look] = recordActs;
      const { value, text } = await look!.run(args, { ...context, reads: log });
      const { items, nextCursor } = value as {
        readonly items: readonly ListedAct[];
        readonly nextCursor: string | null;
      };
      return { items, nextCursor, text };
    },
  };
}

Deno.test("an act is on record with who, what, when, why, what it changed and what takes it back", async () => {
  const { act, list } = lampRoom();
  await act({ lamp: "hall", reason: "it is dark" });
  const { items: [first, ...others], text } = await list();
  assert.deepEqual(others, []);
  assert.match(first?.at ?? "", /^\d{4}-/);
  const { actor, engine, act: name, subject, args, reason, would, outcome, changed, undo } = first!;
  assert.deepEqual({ actor, engine, name, subject, args, reason, would, outcome, changed, undo }, {
    ...{ actor: "anna", engine: "lamps", name: "light", subject: "hall", args: { lamp: "hall" } },
    ...{ reason: "it is dark", would: 'would light "hall"', outcome: "done" },
    ...{ changed: { lamp: "hall" }, undo: { name: "darken", args: { lamp: "hall" } } },
  });
  assert.match(text, /anna {2}lamps light hall {2}done\n {4}because it is dark\n {4}"hall" is lit/);
  assert.match(text, /undone by: lamps darken hall/);
});

Deno.test("without a reason an act is on record as one that nobody gave a reason for", async () => {
  const { act, list } = lampRoom();
  await act({ lamp: "hall" });
  const { items, text } = await list();
  assert.equal(items[0]?.reason, null);
  assert.match(text, /no reason given/);
});

Deno.test("an act that is asked for again under its id is done once, and told as it was", async () => {
  const { act, list, room } = lampRoom();
  const asked = { lamp: "hall", actId: crypto.randomUUID() };
  const first = await act(asked);
  assert.deepEqual(await act(asked), first);
  assert.equal(room.switched, 1);
  assert.equal((await list()).items.length, 1);
});

Deno.test("of two at once on the same one is done, the other is told who was first and why", async () => {
  const { act, list, room } = lampRoom();
  const both = await Promise.allSettled([
    act({ lamp: "hall", reason: "it is dark" }, "anna"),
    act({ lamp: "hall", reason: "so that I see" }, "bert"),
  ]);
  assert.deepEqual(both.map(({ status }) => status), ["fulfilled", "rejected"]);
  const [, refused] = both;
  assert.ok(refused.status === "rejected" && refused.reason instanceof Refusal);
  assert.equal(refused.reason.code, "act-outdated");
  assert.match(refused.reason.message, /^Cannot light "hall": anna began "light" .*"it is dark"/);
  assert.equal(room.switched, 1);
  assert.deepEqual((await list()).items.map(({ actor }) => actor), ["anna"]);
});

Deno.test("of many at once on different things all are done and on record", async () => {
  const { act, list } = lampRoom();
  const lamps = Array.from({ length: 12 }, (_, index) => `lamp${index}`);
  await Promise.all(lamps.map((lamp) => act({ lamp })));
  const { items } = await list();
  assert.deepEqual(items.map(({ outcome }) => outcome), lamps.map(() => "done"));
  assert.deepEqual(new Set(items.map(({ subject }) => subject)), new Set(lamps));
});

Deno.test("an act is refused where what it was to change is not as it was seen", async () => {
  const { act, room } = lampRoom();
  const { value } = await act({ lamp: "hall", dryRun: true });
  const { expected, isDryRun } = value as { readonly expected: string; readonly isDryRun: true };
  assert.deepEqual([isDryRun, room.switched], [true, 0]);
  await act({ lamp: "hall", reason: "it is dark" }, "bert");
  await assert.rejects(
    act({ lamp: "hall", expected }),
    /^Refusal: Cannot light "hall": bert began "light" at .* because "it is dark" \(done\): look again/,
  );
  assert.equal(room.switched, 1);
});

Deno.test("a dry run is no act, and what is refused is on record as that", async () => {
  const { act, list } = lampRoom();
  await act({ lamp: "hall", dryRun: true });
  await assert.rejects(act({ lamp: "broken" }), /Cannot light "broken"/);
  const { items } = await list();
  assert.deepEqual(
    items.map(({ subject, outcome, code, undo }) => [subject, outcome, code, undo]),
    [
      ["broken", "refused", "lamp-broken", null],
    ],
  );
});

Deno.test("an act that ended without being done is on record, and told again, as how it ended", async () => {
  const { act, list } = lampRoom();
  const asked = { lamp: "all", actId: crypto.randomUUID() };
  const { isDone, ended, text } = await act(asked);
  assert.deepEqual(await act(asked), { value: { lamp: "all" }, text, isDone, ended });
  const { items: [first] } = await list();
  assert.deepEqual([isDone, ended, first?.outcome], [false, "refused", "refused"]);
  // What it has come to is taken back, and not what it was to come to
  assert.deepEqual(first?.undo, { name: "mend", args: { lamp: "all" } });
});

Deno.test("an act whose process died is on record as begun, and is not begun again by a repetition", async () => {
  const { act, list, record, room } = lampRoom();
  const actId = crypto.randomUUID();
  const begun = {
    ...{ actId, engine: "lamps", act: "light", subject: "hall", args: {}, actor: "anna" },
    ...{ reason: null, would: null, undo: null, at: "2026-01-01T00:00:00.000Z" },
  };
  const options = { after: null, attempt: "once" };
  await record.begin(begun, options);
  // As who did not hear the answer says it again
  await record.begin(begun, options);
  assert.deepEqual((await list()).items.map(({ outcome }) => outcome), ["unknown"]);
  await assert.rejects(act({ lamp: "hall", actId }), /what came of it is not on record yet/);
  assert.equal(room.switched, 0);
  await act({ lamp: "hall" });
  assert.equal(room.switched, 1);
});

Deno.test("acts are listed page by page, newest first, and by who did what to what", async () => {
  const { act, list } = lampRoom();
  for (let index = 0; index < 7; index++) {
    await act({ lamp: `lamp${index}` }, index % 2 === 0 ? "anna" : "bert");
  }
  const seen: (string | null)[] = [];
  let before: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof list>> = await list({
      limit: 3,
      ...(before !== null && { before: Number(before) }),
    });
    seen.push(...page.items.map(({ subject, outcome }) => `${subject} ${outcome}`));
    before = page.nextCursor;
  } while (before !== null);
  assert.deepEqual(seen, [6, 5, 4, 3, 2, 1, 0].map((index) => `lamp${index} done`));
  assert.equal((await list({ actor: "bert" })).items.length, 3);
  assert.deepEqual((await list({ subject: "lamp4" })).items.map(({ actor }) => actor), ["anna"]);
  assert.equal((await list({ engine: "sagas" })).items.length, 0);
});

Deno.test("a command line takes reason and dry run by name, with any act that changes something", async () => {
  const { light, act } = lampRoom();
  let printed = "";
  const code = await acts.operatorsCommand(
    [{ ...light, run: (given) => act(given) }],
    ["light", "hall", "--dry-run", "--reason", "it is dark"],
    { context: {}, print: (text) => printed += text, isTerminal: false },
  );
  assert.deepEqual([code, printed], [0, 'would light "hall"\n']);
  printed = "";
  await acts.operatorsCommand([light], ["--help"], {
    ...{ context: {}, print: (text: string) => printed += text, isTerminal: false },
  });
  assert.match(printed, /light LAMP \[--reason TEXT\] \[--dry-run\] \[--json\]/);
});

Deno.test("of a number that does not fit a page of the record it is said what does", async () => {
  for (const [option, wrong] of [["limit", "many"], ["limit", "0"], ["before", "then"]] as const) {
    let said = "";
    const code = await acts.operatorsCommand(recordActs, ["list", `--${option}`, wrong], {
      ...{ context: {}, print: (text: string) => said += text, isTerminal: false },
    });
    assert.equal(code, 2);
    assert.match(said, /--(limit: Must be a whole number from 1|before: Must be the nextCursor)/);
  }
});

Deno.test("an event of the record that nobody can read stops no act, and is told to whoever looks", async () => {
  const log = eventLog.memoryLog();
  const { act, list, room } = lampRoom(log);
  await act({ lamp: "hall" });
  await appendAtEnd(log, "operatorsAct-all", [{ ...newEvent(), type: "OperatorsActBegun" }]);
  await act({ lamp: "hall" });
  assert.equal(room.switched, 2);
  const { items, text } = await list();
  assert.deepEqual(items.map(({ outcome }) => outcome), ["done", "done"]);
  assert.match(text, /Event 2 of stream "operatorsAct-all" cannot be read by this release/);
});
