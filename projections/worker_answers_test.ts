import assert from "node:assert/strict";
import { newWorker } from "./new_worker.ts";
import { Unavailable } from "@headwater/core";
import { type WorkerWorld, workerWorld } from "./testing/worker_world.ts";
import { answerTo, mostWaiting, statusOf } from "./worker_answers.ts";
import { next } from "./worker_machine.ts";

/** A read model that was filled from a log, in whose place another one is by now. */
function astray(): WorkerWorld {
  const world = workerWorld();
  world.append(4);
  actUntil(world, () => world.state.report.state === "live");
  world.putLog("log-2");
  actUntil(world, () => world.state.report.state === "other-log");
  return world;
}

function actUntil(world: WorkerWorld, isSo: () => boolean): void {
  for (let acts = 0; !isSo(); acts++) {
    assert.ok(acts < 50, JSON.stringify(world.state));
    world.pass(10);
    world.act();
  }
}

function assertStranded({ state }: Pick<WorkerWorld, "state">): void {
  const { needsRebuild, caughtUp, cause } = statusOf(state, {
    service: "bank",
    now: 0,
    owner: "me",
  });
  assert.deepEqual([needsRebuild, caughtUp], [true, false]);
  assert.match(cause ?? "", /rebuild "accounts", or put the log back that it was filled from$/);
  const answer = answerTo(state, { position: undefined });
  assert.ok(answer instanceof Unavailable && answer.code === "read-model-outdated");
}

Deno.test("another log is told once, as an error, however often it is looked for", () => {
  const world = astray();
  for (let acts = 0; acts < 20; acts++) world.act();
  assertStranded(world);
  assert.deepEqual(world.told.slice(-1), ["error: other-log"]);
  assert.equal(world.saved?.state, "other-log");
});

Deno.test("whatever else goes wrong meanwhile, that stays what is said", () => {
  for (const fate of ["postgres-away", "log-away", "bug"] as const) {
    const world = astray();
    for (let acts = 0; acts < 6; acts++) world.act(fate);
    assertStranded(world);
  }
});

Deno.test("a worker that starts knows it from the one before, before it has looked", () => {
  const mark = { log: "log-1", position: 4, id: "4" };
  const checkpoint = { epoch: 1, status: "live" as const, position: 4, mark };
  const cause =
    'it is another log: rebuild "accounts", or put the log back that it was filled from';
  const report = { state: "other-log" as const, cause, since: "", caughtUp: false };
  const { state, todo } = next(
    newWorker({ name: "accounts", version: 1, generation: 1, isOwn: true }, { at: 0, clock: 0 }),
    {
      type: "prepared",
      found: { checkpoint, report: { ...report, behindSince: undefined }, switches: false },
      isOwner: true,
      at: 0,
      clock: 0,
    },
  );
  assertStranded({ state });
  assert.deepEqual(todo.map(({ type }) => type), ["log"]);
  assert.deepEqual(state.doing, { type: "subscribe", after: checkpoint.mark, filling: false });
});

Deno.test("rebuilt, it is filled from the log that there is, and says nothing of it any more", () => {
  const world = astray();
  world.rebuild();
  actUntil(world, () => world.state.report.state === "live");
  assert.equal(world.state.stored?.mark?.log, "log-2");
  assert.deepEqual(world.told.slice(-2), ["info: building", "info: live"]);
});

Deno.test("with its log back it goes on", () => {
  const world = astray();
  world.putLog("log-1");
  world.append(3);
  actUntil(world, () => world.state.report.state === "live");
  assert.equal(world.state.stored?.epoch, 1);
  assert.equal(world.state.stored?.mark?.position, 7);
});

function follow(world: WorkerWorld): void {
  for (let act = 0; act < 20; act++) world.act();
}

Deno.test("whose table is gone waits until it is known what is there, and sees no empty one", () => {
  const world = workerWorld();
  world.append(3);
  follow(world);
  const { state } = world;
  assert.ok(answerTo(state, { position: undefined }));
  const gone = next(state, { type: "moved", isGone: true, at: 0, clock: state.clock });
  assert.deepEqual(gone.state.doing, { type: "prepare" });
  assert.equal(answerTo(gone.state, { position: undefined }), undefined);
  const taken = next(state, { type: "moved", at: 0, clock: state.clock });
  assert.ok(answerTo(taken.state, { position: undefined }));
});

Deno.test("so many may wait; who comes then is refused at once, not who waits, nor who need not wait", () => {
  const world = workerWorld();
  world.append(3);
  follow(world);
  for (let waiting = 0; waiting < mostWaiting; waiting++) world.ask(7);
  assert.equal(world.lastAnswer(), undefined);
  world.ask(7);
  assert.deepEqual(
    world.lastAnswer(),
    new Unavailable('Cannot wait for "accounts": 512 requests do, and no more may', {
      code: "overloaded",
    }),
  );
  world.ask(3);
  assert.deepEqual(world.lastAnswer(), { position: 3, reached: true });
  assert.equal(world.state.waiting.length, mostWaiting);
  world.append(4);
  follow(world);
  assert.equal(world.state.waiting.length, 0);
});
