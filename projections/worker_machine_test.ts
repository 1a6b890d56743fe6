import assert from "node:assert/strict";
import fc from "fast-check";
import { calmDown, isThere } from "./testing/calm_down.ts";
import { type Fate, type WorkerWorld, workerWorld } from "./testing/worker_world.ts";
import { actUntil, repeat } from "./testing/world_turns.ts";
import { keyOf } from "./testing/world_events.ts";
import { mostKeys } from "./testing/world_table.ts";
import { healthOf, illness, statusOf } from "./worker_answers.ts";

/** What may happen in a world; `worker_world.ts` checks what must hold after each. `count` is up to 60. */
const happenings: Readonly<Record<string, (world: WorkerWorld, count: number) => void>> = {
  "all goes well": (world) => world.act(),
  "all goes well again and again": (world, count) => repeat(count, () => world.act()),
  "postgres goes away": (world) => world.act("postgres-away"),
  "the log goes away": (world) => world.act("log-away"),
  "an answer is lost": (world) => world.act("answer-lost"),
  "there is a bug": (world) => world.act("bug"),
  "events are appended": (world, count) => world.append(count % 12),
  "the clock is set": (world, count) => world.setClock((count - 30) * 3_600_000),
  "time passes": (world, count) => world.pass(count * 100),
  "another process gets it": (world) => world.takeOver(),
  "the other process gets further": (world) => world.rivalWorks(),
  "the other process, an earlier release, gets further": (world) =>
    world.rivalWorks({ marks: false }),
  "the other process leaves it": (world) => world.rivalLeaves(),
  "another process has less to do": (world) => world.release(),
  "an operator lets it be read": (world) => world.operate("live"),
  "an operator lets another be read": (world) => world.operate("retired"),
  "what is built is not what is read": (world) => world.differ(),
  "another log is put in its place": (world) => world.putLog("log-2"),
  "the first log is back": (world) => world.putLog("log-1"),
  "postgres loses its last write": (world) => world.crash(),
  "a connection breaks": (world) => world.disconnect(),
  "its generation is dropped": (world) => world.drop(),
  "an event to come cannot be folded": (world, count) => world.notFolded.add(world.head + count),
  "an event to come cannot be written": (world, count) => world.notWritten.add(world.head + count),
  "letters are to be tried": (world) => world.askForLetters(),
  "somebody asks for a position": (world, count) => world.ask(count),
  "somebody asks for anything": (world) => world.ask(undefined),
  "somebody has waited for long enough": (world, count) => world.late(count % 10),
};
const history = fc.array(
  fc.tuple(fc.constantFrom(...Object.keys(happenings)), fc.nat(60)),
  { maxLength: 100, size: "max" },
);

function worldAfter(history: readonly [string, number][], { isBeside = false } = {}): WorkerWorld {
  const world = workerWorld({ isBeside });
  for (const [name, count] of history) happenings[name]!(world, count);
  return world;
}

Deno.test("whatever happens, it gets over it, tells the truth meanwhile, and stops when told to", () => {
  fc.assert(
    fc.property(history, fc.nat(40), fc.boolean(), (history, more, isBeside) => {
      const world = worldAfter(history, { isBeside });
      calmDown(world);

      world.ask(world.head || undefined);
      const { position } = world.state;
      assert.deepEqual(world.lastAnswer(), { position, reached: true }, "what is there is told");
      world.ask(world.head + 1);
      repeat(more, () => world.act());
      world.stop();
      assert.ok([...world.answers.values()].every((answer) => answer), "nobody waits for ever");
      actUntil(world, { acts: 4, isSo: () => !world.state.doing });
      assert.ok(illness(world.state));
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("of rows that are refused behind an event that cannot be folded fewer are tried, at once", () => {
  const world = workerWorld();
  [3, 4, 7, 19].forEach((event) => world.notFolded.add(event));
  world.notWritten.add(16);
  world.append(19);
  repeat(7, () => world.act());
  assert.deepEqual(world.state.doing, { type: "prepare" });
});

Deno.test("the one event that cannot be applied is parked with what comes after it, and applied when it can be", () => {
  const third = fc.nat(15).map((times) => 3 * times + 1);
  fc.assert(
    fc.property(history, third, fc.boolean(), fc.nat(40), (history, after, isRefused, more) => {
      const world = worldAfter(history);
      calmDown(world);
      const bad = Math.ceil(world.head / 3) * 3 + after;
      (isRefused ? world.notWritten : world.notFolded).add(bad);
      if (more % 2 === 0) world.rebuild();
      world.append(bad - world.head + more);
      actUntil(world, { acts: 600, isSo: () => isThere(world) });
      const { head } = world;
      const behind = Array.from({ length: head - bad + 1 }, (_, index) => bad + index)
        .filter((position) => keyOf(position) === keyOf(bad));
      assert.deepEqual(world.letters, behind);
      assert.equal(statusOf(world.state, { service: "bank", now: 0, owner: "me" }).parkedKeys, 1);
      assert.match(healthOf(world.state).warning ?? "", /has 1 parked key:/);
      // To try it in vain changes nothing
      world.askForLetters();
      actUntil(world, { acts: 600, isSo: () => isThere(world) && !world.state.areDue });
      assert.deepEqual(world.letters, behind);
      calmDown(world);
    }),
    { numRuns: 500 },
  );
});

Deno.test("where too many keys would be parked it stops right before the event, and names it", () => {
  for (const isRefused of [true, false]) {
    const world = workerWorld();
    const bad = [1, 4, 7, 10].slice(0, mostKeys + 1);
    for (const position of bad) (isRefused ? world.notWritten : world.notFolded).add(position);
    world.append(12);
    const isNamed = () =>
      world.state.report.cause?.includes('event 0 ("Deposited") of stream "account-10"');
    actUntil(world, { acts: 100, isSo: isNamed });
    assert.equal(world.state.report.state, "failing");
    assert.ok(Date.parse(world.state.report.behindSince!) === 10);
    actUntil(world, { acts: 100, isSo: () => world.state.doing?.type === "pause" });
    assert.equal(world.state.position, 9);
    // One place more
    (isRefused ? world.notWritten : world.notFolded).delete(4);
    world.askForLetters();
    actUntil(world, { acts: 100, isSo: () => isThere(world) });
    assert.deepEqual([world.letters, illness(world.state)], [[1, 7, 8, 10], undefined]);
  }
});

const fate = fc.constantFrom<Fate>("well", "postgres-away", "log-away", "answer-lost", "bug");

Deno.test("a stop at any moment ends everything", () => {
  fc.assert(
    fc.property(history, fc.array(fate), (history, fates) => {
      const world = worldAfter(history);
      world.stop();
      assert.equal(world.state.waiting.length, 0);
      for (const fate of fates) world.act(fate);
      actUntil(world, { acts: 4, isSo: () => !world.state.doing });
      assert.ok(world.state.hasTried, "who waits for its first step waits no longer");
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("a stop leaves operators the cause of a trouble, and a last word where there is none", () => {
  const lastWords = (["bug", "well"] as const).map((fate) => {
    const world = workerWorld();
    calmDown(world);
    world.act(fate);
    for (let acts = 0; world.state.doing?.type !== "pause" && acts < 3; acts++) world.act();
    world.stop();
    actUntil(world, { acts: 4, isSo: () => !world.state.doing });
    return world.saved?.cause ?? world.saved?.state;
  });
  assert.deepEqual(lastWords, ["bug it is", "stopped"]);
});

Deno.test("to try again and fail alike is told once, being live again as well", () => {
  const world = workerWorld();
  for (let time = 0; time < 3; time++) {
    repeat(3, () => world.act());
    world.act("postgres-away");
    world.act();
  }
  calmDown(world);
  world.append(1);
  world.act("bug");
  assert.deepEqual(world.told, [
    "info: building",
    "warn: waiting",
    "info: live",
    "error: failing",
  ]);
});

Deno.test("a trouble takes nothing back of what was told", () => {
  const world = workerWorld();
  world.append(1);
  calmDown(world);
  world.append(2);
  repeat(2, () => world.act());
  assert.deepEqual([world.state.position, world.state.stored?.position], [3, 1]);
  world.act("log-away");
  world.act();
  assert.deepEqual([world.state.report.state, world.state.position], ["waiting", 3]);
});

Deno.test("after a connection broke nobody is shown less than was there, but waits until it is there again", () => {
  const world = workerWorld();
  world.append(4);
  calmDown(world);
  world.append(3);
  calmDown(world);
  world.ask(7);
  assert.deepEqual(world.lastAnswer(), { position: 7, reached: true });
  world.crash();
  world.ask(7);
  assert.equal(world.lastAnswer(), undefined);
  world.ask(undefined);
  assert.ok(world.lastAnswer(), "who wants nothing of it need not wait");
  calmDown(world);
  assert.deepEqual([...world.answers.values()].map((todo) => todo?.type), [
    "answer",
    "answer",
    "answer",
  ]);
});

Deno.test("pauses grow while it gets no further, and another generation goes at full pace", () => {
  const world = workerWorld();
  world.append(1);
  for (const attempt of [1, 2, 3]) {
    actUntil(world, { acts: 9, isSo: () => world.state.doing?.type === "apply" });
    world.act("bug");
    actUntil(world, { acts: 9, isSo: () => world.state.doing?.type === "pause" });
    assert.deepEqual(world.state.doing, { type: "pause", attempt });
    world.act();
  }
  world.rebuild();
  actUntil(world, { acts: 9, isSo: () => world.state.doing?.type === "apply" });
  assert.ok(world.state.doing?.type === "apply" && world.state.doing.limit === Infinity);
});

Deno.test("rows that are refused are tried in fewer and fewer events, until one is left", () => {
  const world = workerWorld();
  world.append(60);
  world.notWritten.add(7);
  const limits: number[] = [];
  actUntil(world, {
    acts: 100,
    isSo: () => {
      const { doing } = world.state;
      if (doing?.type === "apply" && limits.at(-1) !== doing.limit) limits.push(doing.limit);
      return isThere(world);
    },
  });
  assert.deepEqual(limits, [Infinity, 2, 1, Infinity]);
  assert.deepEqual(world.told, ["info: building", "info: live"]);
});
