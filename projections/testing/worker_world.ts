import assert from "node:assert/strict";
import { eventLog } from "@headwater/core";
import type { Checkpoint, WorkerReport } from "../checkpoint.ts";
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
import { broken, changesRow, eventAt, rowsUpTo } from "./world_events.ts";

/** Ways in which an act can come out. */
export type Fate = "well" | "postgres-away" | "log-away" | "answer-lost" | "bug";

type Table = { readonly checkpoint: Checkpoint; readonly rows: readonly number[] };

const version = 1;

/**
 * A log, a table and other processes around one worker, none of which does anything by itself. Events are known by their
 * positions; every third changes a row. Another log may take the place of the log, which ends its subscriptions. What
 * must hold is checked after everything that happens.
 */
export function workerWorld() {
  let state: WorkerState = newWorker({ name: "accounts", version }, 0);
  let now = 0;
  let head = 0;
  let table: Table | undefined;
  let epochs = -1;
  let wentBack = false;
  let heldUp = false;
  let failures = 0;
  let cursor = 0;
  let log = "log-1";
  let subscription: "good" | "over" | "refused" = "over";
  let isCaughtUp = false;
  let held: number[] = [];
  let kept: number[] = [];
  const earlier: Table[] = [];
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
    if (came.type === "failed" || isOutdated) heldUp = true;
    if (came.type === "applied") heldUp = came.failure !== undefined;
    if (came.type === "failed" || (came.type === "applied" && came.failure)) failures++;
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
    const isPromise = before.waiting.some(({ id, position }) => id === todo.id && position);
    const isCurrent = table?.checkpoint.epoch === state.stored?.epoch && (isPromise || !wentBack);
    if (isCurrent) assert.ok(!table?.checkpoint.filling, "nothing is read of a table being filled");
    const promised = rowsUpTo(todo.answer.position);
    if (isCurrent) assert.deepEqual(table?.rows.slice(0, promised.length), promised, "as was told");
  }

  function check(before: WorkerState, { type }: Happening): void {
    const { report, doing } = state;
    if (doing?.type === "subscribe") assert.equal(state.unwritten, undefined, "it holds nothing");
    if (before.doing === undefined) assert.equal(doing, undefined, "a stop is for good");
    if (heldUp && doing) {
      assert.notEqual(report.cause, undefined, "a cause is shown as long as it holds");
    }
    if (report.cause !== undefined || state.isStopping) assert.ok(illness(state));
    if (report.caughtUp) assert.equal(report.behindSince, undefined);
    const epoch = before.stored?.epoch ?? -1;
    const hasNewEpoch = epoch < (state.stored?.epoch ?? -1);
    const mayGoBack = type === "prepared" && (hasNewEpoch || wentBack) ||
      type === "reset" && epoch < (table?.checkpoint.epoch ?? -1);
    if (before.stored && hasNewEpoch) assert.deepEqual(state.waiting, [], "a reset is told");
    if (failures > 0 && doing !== before.doing && !before.isLost) {
      assert.ok(failures <= 3, "it does not try again and again without a pause");
      assert.ok(
        !doing || ["write", "pause"].includes(doing.type),
        "a failure has a pause after it",
      );
    }
    if (!mayGoBack) assert.ok(reaches(state.position, before.position), "never goes back");
    if (type === "prepared" && !before.isLost) wentBack = false;
    for (const { id } of state.waiting) assert.equal(asked.get(id), undefined);
    const open = [...asked].filter(([, answer]) => !answer).map(([id]) => id);
    assert.deepEqual(state.waiting.map(({ id }) => id), open, "who waits is known");
    if (table) assert.deepEqual(table.rows, rowsUpTo(table.checkpoint.position), "each once");
  }

  function become(next: Table): void {
    if (table?.checkpoint.epoch === next.checkpoint.epoch) earlier.push(table);
    else earlier.length = 0;
    table = next;
  }

  function empty(byVersion: number): void {
    const epoch = ++epochs;
    const nothing = { position: undefined, mark: undefined };
    const checkpoint = { version: byVersion, epoch, ...nothing, filling: true };
    become({ checkpoint, rows: [] });
  }

  function outcomeOf(act: Act, fate: Fate): Outcome {
    if (act.type === "pause") return { type: "done" };
    if (fate === "postgres-away" || fate === "log-away" || fate === "bug") return broken(fate);
    switch (act.type) {
      case "prepare":
        held = [];
        kept = [];
        if (act.anew && !table) empty(version);
        return { type: "prepared", checkpoint: table?.checkpoint };
      case "subscribe":
        cursor = eventLog.positionOf(act.after) ?? 0;
        subscription = typeof act.after === "object" && act.after.log !== log ? "refused" : "good";
        isCaughtUp = false;
        return { type: "subscribed", head: act.filling && head > 0 ? head : undefined };
      case "apply":
        return apply(act);
      case "look":
        return { type: isAt(act.at) ? "done" : "moved" };
      case "write": {
        const outcome = write(act);
        return fate === "answer-lost" ? broken("postgres-away") : outcome;
      }
    }
  }

  function markAt(position: number | undefined): eventLog.LogMark | undefined {
    return position === undefined ? undefined : { log, position, id: String(position) };
  }

  function apply({ limit, holdsAll }: ActOf<"apply">): Outcome {
    if (subscription !== "good") return broken(subscription === "over" ? "log-away" : "other-log");
    if (holdsAll && isAt(state.stored!)) {
      assert.deepEqual(table?.rows, kept, "there is nothing to read");
    }
    if (cursor === head && isCaughtUp) return { type: "quiet" };
    const last = Math.min(head, cursor + limit, cursor + 7);
    const events = Array.from({ length: last - cursor }, (_, index) => cursor + index + 1);
    const bad = events.findIndex((position) => notFolded.has(position));
    const good = bad === -1 ? events : events.slice(0, bad);
    cursor = good.at(-1) ?? cursor;
    isCaughtUp = last === head;
    held.push(...good.filter(changesRow));
    const changes = held.length;
    const position = bad === -1 ? last || undefined : good.at(-1);
    return {
      type: "applied",
      events: good[0] === undefined ? undefined : { first: eventAt(good[0]), count: good.length },
      position,
      mark: markAt(position),
      caughtUp: last === head,
      recordedAt: events.length > 0 ? eventAt(last).recordedAt : undefined,
      rows: kept.length + changes > 20 ? 200_000 : kept.length + changes,
      changes: changes > 5 ? 40_000 : changes,
      bytes: changes,
      ...(bad !== -1 && {
        failure: cannotApply("accounts", { first: eventAt(events[bad]!), count: 1, cause: "bad" }),
      }),
    };
  }

  function write({ from, to, report, keeps }: ActOf<"write">): Outcome {
    if (!table) return broken("bug");
    if (!isAt(from)) return { type: "moved" };
    if (from !== to && held.some((position) => notWritten.has(position))) return broken("bug");
    saved = report;
    const { mark } = table.checkpoint;
    assert.ok(!mark || from === to || mark.log === to.mark?.log, "rows are of one log");
    if (from === to) return { type: "done" };
    become({ checkpoint: to, rows: [...table.rows, ...held] });
    kept = keeps ? [...kept, ...held] : [];
    held = [];
    return { type: "done" };
  }

  function isAt({ epoch, position }: Checkpoint): boolean {
    return table?.checkpoint.epoch === epoch && table.checkpoint.position === position;
  }

  const world = {
    get state() {
      return state;
    },
    get head() {
      return head;
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
      const mark = table?.checkpoint.mark;
      return mark !== undefined && mark.log !== log;
    },
    get isOutdated() {
      return table !== undefined && table.checkpoint.version !== version;
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
    append: (count: number) => void (head += count),
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
    reset: (byVersion = version) => table && empty(byVersion),
    drop: () => void (table = undefined),
    notice: () => table && happen({ type: "reset", epoch: table.checkpoint.epoch }),
    /** Another log takes the place of the one there was, or the one of before is back. */
    putLog(name: string) {
      if (log !== name) subscription = "over";
      log = name;
    },
    /** Another process that runs the view gets further, of an earlier release if it leaves no mark. */
    rival({ marks = true } = {}) {
      if (!table || head === 0 || table.checkpoint.version !== version || world.isStranded) return;
      const { position, mark: before } = table.checkpoint;
      const mark = position === head ? before : marks ? markAt(head) : undefined;
      const checkpoint = { ...table.checkpoint, position: head, mark, filling: false };
      become({ checkpoint, rows: rowsUpTo(head) });
    },
    /** PostgreSQL crashes and has lost its last write; every connection to it breaks. */
    crash() {
      const before = earlier.pop();
      if (!before) return;
      table = before;
      wentBack = true;
      happen({ type: "disconnected" });
    },
    disconnect: () => happen({ type: "disconnected" }),
  };
  return world;
}

export type WorkerWorld = ReturnType<typeof workerWorld>;

/** Goes on as long as something is not so, but only for so many acts. */
export function actUntil(
  world: WorkerWorld,
  { acts, isSo }: { readonly acts: number; readonly isSo: () => boolean | undefined },
): void {
  for (let act = 0; !isSo(); act++) {
    assert.ok(act < acts, `It is not so after ${acts} acts: ${JSON.stringify(world.state)}`);
    world.pass(10);
    world.act();
  }
}

export function repeat(times: number, act: () => void): void {
  for (let time = 0; time < times; time++) act();
}
