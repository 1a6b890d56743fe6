import type { BreakerState } from "./breaker.ts";

/** How it stands with the calls to one target. */
export type MeasuredTarget = {
  readonly target: string;
  /** Which of its calls, where some have places and a breaker of their own. */
  readonly calls: string;
  readonly breaker: BreakerState;
  readonly running: number;
  readonly waiting: number;
  readonly places: number;
};

/** Why nobody may call a target at present. */
export type Isolation = {
  readonly by: string;
  readonly reason: string | null;
  /** ISO 8601. */
  readonly since: string;
};

/** For operators: how it stands with the calls of somebody to one target, in one process. */
export type CallsState = Omit<MeasuredTarget, "breaker"> & {
  /** `unknown`: the process does not answer. */
  readonly breaker: MeasuredTarget["breaker"] | "unknown";
  readonly process: string;
  /** On whose behalf; `-`: nobody has called it there yet. */
  readonly caller: string;
  readonly isolation: Isolation | null;
};

/** Whoever calls, as operators see it. */
export type OperatedCaller = {
  readonly caller: string;
  /** Those that were called so far. */
  targets(): Iterable<MeasuredTarget>;
  /** Also of targets that it never called. */
  isolate(target: string): void;
  release(target: string): void;
};

/** All who call others from one process, and what an operator keeps them from. */
export type CallBook = {
  /** From now on it is shown, and kept from what is isolated. */
  add(caller: OperatedCaller): void;
  list(): readonly CallsState[];
  /** Until it is released. */
  isolate(target: string, isolation: Isolation): void;
  release(target: string): void;
};

/** Keeps who calls from a process. `process`: its name among those of the application. */
export function callBook(process: string): CallBook {
  const callers: OperatedCaller[] = [];
  const isolations = new Map<string, Isolation>();
  return {
    add(caller) {
      callers.push(caller);
      for (const target of isolations.keys()) caller.isolate(target);
    },
    list() {
      const called = callers.flatMap(({ caller, targets }) =>
        Array.from(targets(), (target) => ({ caller, ...target }))
      );
      const uncalled = [...isolations.keys()]
        .filter((name) => called.every(({ target }) => target !== name))
        .map((target) => ({ caller: "-", target, calls: "-", ...atRest }));
      return [...called, ...uncalled]
        .map(({ caller, target, calls, breaker, running, waiting, places }) => ({
          ...{ process, caller, target, calls, breaker, running, waiting, places },
          isolation: isolations.get(target) ?? null,
        }));
    },
    isolate(target, isolation) {
      isolations.set(target, isolation);
      for (const caller of callers) caller.isolate(target);
    },
    release(target) {
      isolations.delete(target);
      for (const caller of callers) caller.release(target);
    },
  };
}

const atRest = { breaker: "isolated", running: 0, waiting: 0, places: 0 } as const;
