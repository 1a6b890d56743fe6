import assert from "node:assert/strict";
import { newWorker } from "../new_worker.ts";
import { isFilling } from "../generation.ts";
import { illness } from "../worker_answers.ts";
import { next } from "../worker_machine.ts";
import {
  type Act,
  type Happening,
  type Outcome,
  reaches,
  type Todo,
  type WorkerState,
} from "../worker_state.ts";
import { broken } from "./world_events.ts";
import { worldGeneration } from "./world_generation.ts";
import { worldWork } from "./world_work.ts";
import { worldLog } from "./world_log.ts";
import { worldDatabase } from "./world_database.ts";
import { assertWhole, keysOf, shownUpTo, takenIn } from "./world_table.ts";

/** Ways in which an act can come out. */
export type Fate = "well" | "postgres-away" | "log-away" | "answer-lost" | "bug";

const view = { name: "accounts", version: 1, generation: 1, isOwn: true };

/**
 * A log, a table and other processes around one worker, none of which does anything by itself. Events are known by their
 * positions; every third changes a row, and every seventh has the same key. Another log may take the place of the log,
 * which ends its subscriptions. Where the generation is gone another is made, for which another worker works. `isBeside`:
 * there is a live generation, which has always read the log to its end, until this one takes its place. What must hold
 * is checked after everything that happens.
 */
export function workerWorld({ isBeside = false } = {}) {
  let state: WorkerState = newWorker(view, { at: 0, clock: 0 });
  let clock = 0;
  /** By so much the clock that people read was set wrong. */
  let wrongMs = 0;
  const time = () => ({ at: clock + wrongMs, clock });
  const database = worldDatabase();
  let wentBack = false;
  let heldUp = false;
  let failures = 0;
  const log = worldLog();
  const notFolded = new Set<number>();
  const notWritten = new Set<number>();
  const generation = worldGeneration({ database, log, isBeside });
  const work = worldWork({ database, log, notFolded, notWritten });
  const asked = new Map<number, Todo | undefined>();
  const told: string[] = [];
  let interruptions = 0;

  function happen(happening: Happening): void {
    const before = state;
    const { state: after, todo } = next(before, { ...happening, ...time() });
    state = after;
    if (before.isLost || ["pause", "watch"].includes(before.doing?.type ?? "")) failures = 0;
    if (before.report.state === "other-log" && after.report.state !== "other-log") heldUp = false;
    if (!before.isLost) noteTrouble(happening);
    for (const each of todo) heed(each, before);
    check(before, happening);
  }

  function noteTrouble(came: Happening): void {
    // Rows that are refused are an event's trouble, unless it is parked already
    const isTrouble = came.type === "failed" && !came.failure.isRefusal;
    if (isTrouble) heldUp = true;
    if (came.type === "compared") heldUp = false;
    if (came.type === "applied") heldUp = came.failure !== undefined;
    // What the other process says is what is said
    if (state.doing?.type === "watch" && came.type !== "failed") heldUp = false;
    if (isTrouble || (came.type === "applied" && came.failure)) failures++;
  }

  function heed(todo: Todo, before: WorkerState): void {
    if (todo.type === "log") {
      assert.ok(!before.isStopping || todo.report.state !== "waiting", "no noise at the end");
      told.push(`${todo.level}: ${todo.report.state}`);
    }
    if (todo.type === "interrupt") interruptions++;
    if (todo.type !== "answer") return;
    assert.ok(asked.has(todo.id) && !asked.get(todo.id), "an answer is given once");
    asked.set(todo.id, todo);
    const { answer } = todo;
    if (answer instanceof Error || answer === "elsewhere" || !answer.reached) return;
    const { table } = database;
    const isPromise = before.waiting.some(({ id, position }) => id === todo.id && position);
    const isCurrent = table?.checkpoint.epoch === state.stored?.epoch && (isPromise || !wentBack);
    if (!isCurrent || !table) return;
    assert.ok(!isFilling(table.checkpoint), "nothing is read of a table being filled");
    const promised = shownUpTo(answer.position, table);
    assert.deepEqual(table.rows.slice(0, promised.length), promised, "as was told");
  }

  function check(before: WorkerState, { type }: Happening): void {
    const { report, doing } = state;
    const { table } = database;
    if (doing?.type === "subscribe") assert.equal(state.unwritten, undefined, "it holds nothing");
    if (before.doing === undefined) assert.equal(doing, undefined, "a stop is for good");
    if (heldUp && doing) assert.ok(report.cause, "a cause is shown as long as it holds");
    if (report.cause !== undefined || state.isStopping) assert.ok(illness(state));
    if (report.caughtUp) assert.equal(report.behindSince, undefined);
    const hasNewEpoch = (before.stored?.epoch ?? -1) < (state.stored?.epoch ?? -1);
    const mayGoBack = ["prepared", "seen"].includes(type) &&
      (hasNewEpoch || wentBack || !state.isOwner || !doing);
    if (doing && !["prepare", "watch", "pause"].includes(doing.type)) {
      assert.ok(state.isOwner, "who has not the lease only watches");
    }
    if (doing?.type === "apply") {
      assert.ok(doing.until === undefined || !reaches(state.folded, doing.until), "there is more");
    }
    if (failures > 0 && doing !== before.doing && !before.isLost) {
      assert.ok(failures <= 3, "it does not try again and again without a pause");
      // Rows that were refused after an event had failed are read again at once: each time they are fewer
      const triesFewer = doing?.type === "prepare" && state.pace !== before.pace;
      const pauses = !doing || ["write", "pause", "watch"].includes(doing.type);
      assert.ok(pauses || triesFewer, "a failure has a pause after it");
    }
    if (!mayGoBack) assert.ok(reaches(state.position, before.position), "never goes back");
    if (["prepared", "seen"].includes(type) && !before.isLost) wentBack = false;
    for (const { id } of state.waiting) assert.equal(asked.get(id), undefined);
    const open = [...asked].filter(([, answer]) => !answer).map(([id]) => id);
    assert.deepEqual(state.waiting.map(({ id }) => id), open, "who waits is known");
    if (table) assertWhole(table);
  }

  function outcomeOf(act: Act, fate: Fate): Outcome {
    if (act.type === "pause") return { type: "done" };
    if (fate === "postgres-away" || fate === "log-away" || fate === "bug") return broken(fate);
    switch (act.type) {
      case "prepare":
        work.reset();
        if (database.owner === "nobody") database.own("worker");
        return {
          ...{
            type: "prepared",
            found: generation.found(work.saved ?? state.report),
            parked: work.parkedNow(),
          },
          isOwner: database.owner === "worker",
        };
      case "watch":
        return {
          ...{
            type: "seen",
            found: generation.found(work.saved ?? state.report),
            parked: work.parkedNow(),
          },
          isFree: database.owner === "nobody",
        };
      case "subscribe":
        log.subscribe(act.after);
        return {
          type: "subscribed",
          head: act.filling && log.head > 0 ? log.head : undefined,
          isBound: act.filling && isBeside,
        };
      case "remember":
        work.assertWritten();
        return generation.remember();
      case "compare":
        return generation.compare(act);
      case "switch":
        return generation.switch(database.isAt(state.stored!));
      case "apply":
        return work.apply(act, state.stored!);
      case "look":
        return database.isAt(act.at)
          ? { type: "done", status: database.status!, areDue: database.areDue }
          : { type: "moved" };
      case "retry": {
        const outcome = work.retry(act);
        return fate === "answer-lost" ? broken("postgres-away") : outcome;
      }
      case "write": {
        const outcome = work.write(act);
        return fate === "answer-lost" ? broken("postgres-away") : outcome;
      }
    }
  }

  /** The generation is gone: there is another one, and another worker. */
  function employ(): void {
    assert.deepEqual(state.waiting, []);
    database.begin();
    work.tell(undefined);
    [heldUp, wentBack, failures] = [false, false, 0];
    state = newWorker(view, time());
  }

  const world = {
    get state() {
      return state;
    },
    get head() {
      return log.head;
    },
    /** What operators elsewhere were told. */
    get saved() {
      return work.saved;
    },
    lastAnswer() {
      const todo = asked.get(asked.size - 1);
      return todo?.type === "answer" ? todo.answer : undefined;
    },
    /** The table was filled from a log that is not there any more. */
    get isStranded() {
      const mark = database.table?.checkpoint.mark;
      return mark !== undefined && mark.log !== log.name;
    },
    /** Of the generation, as PostgreSQL has it. */
    get status() {
      return database.status;
    },
    get owner() {
      return database.owner;
    },
    get interruptions() {
      return interruptions;
    },
    /** What the log was told, and how loud. */
    told,
    answers: asked,
    notFolded,
    notWritten,
    happen,
    pass: (ms: number) => void (clock += ms),
    setClock: (ms: number) => void (wrongMs = ms),
    append: log.append,
    /** The act that the worker is at comes out. */
    act(fate: Fate = "well") {
      if (state.doing) happen(outcomeOf(state.doing, fate));
      else if (!state.isStopping) employ();
    },
    ask(position: number | undefined) {
      const id = asked.size;
      asked.set(id, undefined);
      happen({ type: "asked", id, position });
    },
    late: (id: number) => happen({ type: "late", id }),
    stop: () => happen({ type: "stop" }),
    drop: database.drop,
    /** Operators have it built anew, as a generation of its own. */
    rebuild: database.drop,
    operate: generation.operate,
    differ: generation.differ,
    release: () => happen({ type: "release" }),
    /** Another process that runs the view gets the generation; or has it no more. */
    takeOver: () => database.own("rival"),
    rivalLeaves() {
      if (database.owner === "rival") database.leave();
    },
    /** Another log takes the place of the one there was, or the one of before is back. */
    putLog: log.put,
    /** The other process gets further, with an earlier release if it leaves no mark. */
    rivalWorks({ marks = true } = {}) {
      const { head } = log;
      const { table } = database;
      if (!table || database.owner !== "rival" || head === 0 || world.isStranded) return;
      const { position, mark: before, status: was } = table.checkpoint;
      const mark = position === head ? before : marks ? log.markAt(head) : undefined;
      const status = was === "building" && !isBeside ? "live" : was;
      const checkpoint = { ...table.checkpoint, position: head, mark, status };
      const further = takenIn(table, { checkpoint, notFolded });
      if (!further) return;
      database.become(further);
      const well = { cause: undefined, caughtUp: true, behindSince: undefined };
      work.tell({ ...state.report, ...well, state: "live" });
    },
    /** Operators want every letter tried. */
    askForLetters: () => database.change((table) => ({ ...table, due: keysOf(table.letters) })),
    get letters() {
      return database.table?.letters ?? [];
    },
    /** PostgreSQL crashes and has lost its last write; every connection to it breaks. */
    crash() {
      if (!database.crash()) return;
      wentBack = true;
      happen({ type: "disconnected" });
    },
    disconnect: () => happen({ type: "disconnected" }),
  };
  return world;
}

export type WorkerWorld = ReturnType<typeof workerWorld>;
