import assert from "node:assert/strict";
import type { WorkerReport } from "../checkpoint.ts";
import { cannotApply } from "../failure.ts";
import { illness } from "../worker_answers.ts";
import { next } from "../worker_machine.ts";
import {
  type Act,
  type ActOf,
  type Happening,
  newWorker,
  type Outcome,
  reaches,
  type Todo,
  type WorkerState,
} from "../worker_state.ts";
import { broken, eventAt } from "./world_events.ts";
import { worldLog } from "./world_log.ts";
import { worldDatabase } from "./world_database.ts";
import {
  assertWhole,
  foldWorld,
  keysOf,
  ordered,
  shownUpTo,
  takenIn,
  tryKey,
} from "./world_table.ts";

/** Ways in which an act can come out. */
export type Fate = "well" | "postgres-away" | "log-away" | "answer-lost" | "bug";

const version = 1;

/**
 * A log, a table and other processes around one worker, none of which does anything by itself. Events are known by their
 * positions; every third changes a row, and every seventh has the same key. Another log may take the place of the log, which ends its subscriptions. What
 * must hold is checked after everything that happens.
 */
export function workerWorld() {
  let state: WorkerState = newWorker({ name: "accounts", version }, 0);
  let now = 0;
  const database = worldDatabase();
  let wentBack = false;
  let heldUp = false;
  let failures = 0;
  const log = worldLog();
  let held: number[] = [];
  let kept: number[] = [];
  let unsent: number[] = [];
  const notFolded = new Set<number>();
  const notWritten = new Set<number>();
  const asked = new Map<number, Todo | undefined>();
  const told: string[] = [];
  let interruptions = 0;
  let saved: WorkerReport | undefined;

  function happen(happening: Happening): void {
    const before = state;
    const { state: after, todo } = next(before, { ...happening, at: now });
    state = after;
    if (before.isLost || before.doing?.type === "pause") failures = 0;
    if (before.report.state === "other-log" && after.report.state !== "other-log") heldUp = false;
    if (!before.isLost) noteTrouble(happening);
    for (const each of todo) heed(each, before);
    check(before, happening);
  }

  function noteTrouble(came: Happening): void {
    const isOutdated = came.type === "prepared" && came.checkpoint &&
      came.checkpoint.version !== version;
    // Rows that are refused are an event's trouble, unless it is parked already
    const isTrouble = came.type === "failed" && !came.failure.isRefusal;
    if (isTrouble || isOutdated) heldUp = true;
    if (came.type === "applied") heldUp = came.failure !== undefined;
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
    if (todo.answer instanceof Error || !todo.answer.reached) return;
    const { table } = database;
    const isPromise = before.waiting.some(({ id, position }) => id === todo.id && position);
    const isCurrent = table?.checkpoint.epoch === state.stored?.epoch && (isPromise || !wentBack);
    if (isCurrent) assert.ok(!table?.checkpoint.filling, "nothing is read of a table being filled");
    if (!isCurrent || !table) return;
    const promised = shownUpTo(todo.answer.position, table);
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
    const epoch = before.stored?.epoch ?? -1;
    const hasNewEpoch = epoch < (state.stored?.epoch ?? -1);
    const mayGoBack = type === "prepared" && (hasNewEpoch || wentBack) ||
      type === "reset" && epoch < database.epoch;
    if (before.stored && hasNewEpoch) assert.deepEqual(state.waiting, [], "a reset is told");
    if (failures > 0 && doing !== before.doing && !before.isLost) {
      assert.ok(failures <= 3, "it does not try again and again without a pause");
      const pauses = !doing || ["write", "pause"].includes(doing.type);
      assert.ok(pauses, "a failure has a pause after it");
    }
    if (!mayGoBack) assert.ok(reaches(state.position, before.position), "never goes back");
    if (type === "prepared" && !before.isLost) wentBack = false;
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
        [held, kept, unsent] = [[], [], []];
        if (act.anew && !database.table) database.empty(version);
        return { type: "prepared", checkpoint: database.table?.checkpoint, parked: parkedNow() };
      case "subscribe":
        log.subscribe(act.after);
        return { type: "subscribed", head: act.filling && log.head > 0 ? log.head : undefined };
      case "apply":
        return apply(act);
      case "look":
        return database.isAt(act.at)
          ? { type: "done", areDue: database.areDue }
          : { type: "moved" };
      case "retry": {
        const outcome = retry(act);
        return fate === "answer-lost" ? broken("postgres-away") : outcome;
      }
      case "write": {
        const outcome = write(act);
        return fate === "answer-lost" ? broken("postgres-away") : outcome;
      }
    }
  }

  function letters(): readonly number[] {
    return [...database.table?.letters ?? [], ...unsent];
  }

  function parkedNow() {
    return { parkedKeys: keysOf(letters()).length, areDue: database.areDue };
  }

  function retry({ at }: ActOf<"retry">): Outcome {
    assert.deepEqual([held, unsent], [[], []], "nothing else is in its way");
    if (!database.isAt(at)) return { type: "moved" };
    const cannot = (position: number) => notFolded.has(position) || notWritten.has(position);
    if (database.areDue) database.change((table) => tryKey(table, cannot));
    return { type: "retried", ...parkedNow() };
  }

  function apply({ limit, holdsAll, refused }: ActOf<"apply">): Outcome {
    if (holdsAll && database.isAt(state.stored!)) {
      assert.deepEqual(database.table?.rows, kept, "there is nothing to read");
    }
    const batch = log.take(limit);
    if (typeof batch === "string") return broken(batch === "over" ? "log-away" : "other-log");
    if (!batch) return { type: "quiet" };
    const { events, last, caughtUp } = batch;
    const folded = foldWorld(events, {
      parked: letters(),
      isBad: (position) => notFolded.has(position) || refused?.position === position,
    });
    const { bad } = folded;
    const good = bad === undefined ? events : events.filter((position) => position < bad);
    if (bad !== undefined) batch.stopAt(good.at(-1));
    held.push(...folded.rows);
    unsent.push(...folded.letters);
    const changes = held.length + unsent.length;
    const position = bad === undefined ? last || undefined : good.at(-1);
    return {
      type: "applied",
      parkedKeys: parkedNow().parkedKeys,
      events: good[0] === undefined ? undefined : { first: eventAt(good[0]), count: good.length },
      position,
      mark: log.markAt(position),
      caughtUp,
      recordedAt: events.length > 0 ? eventAt(last).recordedAt : undefined,
      rows: kept.length + changes > 20 ? 200_000 : kept.length + changes,
      changes: changes > 5 ? 40_000 : changes,
      bytes: changes,
      ...(bad !== undefined && {
        failure: cannotApply("accounts", { first: eventAt(bad), count: 1, cause: "bad" }),
      }),
    };
  }

  function write({ from, to, report, keeps }: ActOf<"write">): Outcome {
    const { table } = database;
    if (!table) return broken("bug");
    if (!database.isAt(from)) return { type: "moved" };
    if (from !== to && held.some((row) => notWritten.has(row))) return broken("refused");
    saved = report;
    const { mark } = table.checkpoint;
    assert.ok(!mark || from === to || mark.log === to.mark?.log, "rows are of one log");
    if (from === to) return { type: "done", areDue: database.areDue };
    database.become({
      ...table,
      checkpoint: to,
      rows: ordered([...table.rows, ...held]),
      letters: [...table.letters, ...unsent],
    });
    kept = keeps ? [...kept, ...held] : [];
    [held, unsent] = [[], []];
    return { type: "done", areDue: database.areDue };
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
      return saved;
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
    get isOutdated() {
      return (database.table?.checkpoint.version ?? version) !== version;
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
    pass: (ms: number) => void (now += ms),
    append: log.append,
    /** The act that the worker is at comes out. */
    act(fate: Fate = "well") {
      if (state.doing) happen(outcomeOf(state.doing, fate));
    },
    ask(position: number | undefined) {
      const id = asked.size;
      asked.set(id, undefined);
      happen({ type: "asked", id, position });
    },
    late: (id: number) => happen({ type: "late", id }),
    stop: () => happen({ type: "stop" }),
    reset: (byVersion = version) => database.table && database.empty(byVersion),
    drop: database.drop,
    notice: () => database.table && happen({ type: "reset", epoch: database.epoch }),
    /** Another log takes the place of the one there was, or the one of before is back. */
    putLog: log.put,
    /** Another process that runs the view gets further, of an earlier release if it leaves no mark. */
    rival({ marks = true } = {}) {
      const { head } = log;
      const { table } = database;
      if (!table || head === 0 || table.checkpoint.version !== version || world.isStranded) return;
      const { position, mark: before } = table.checkpoint;
      const mark = position === head ? before : marks ? log.markAt(head) : undefined;
      const checkpoint = { ...table.checkpoint, position: head, mark, filling: false };
      const further = takenIn(table, { checkpoint, notFolded });
      if (further) database.become(further);
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
