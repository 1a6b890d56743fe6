import { AsyncLocalStorage } from "node:async_hooks";

/** Until when what is under way is of use to whoever asked for it. */
export type Deadline = {
  /** Aborts when the time is over, or when nobody waits any more. */
  readonly signal: AbortSignal;
  /** Milliseconds that are left; Infinity: as long as somebody waits. */
  remainingMs(): number;
  /**
   * Which attempt of whoever waits this is; default 1. Beyond that, what it asks of others is not tried again: each hop
   * that did would multiply what the last one gets.
   */
  readonly attempt?: number;
};

/** By what a request is found in logs and traces. */
export type RequestIds = {
  readonly correlationId: string;
  /** W3C Trace Context, well formed; undefined: it is in no trace. */
  readonly traceparent: string | undefined;
};

/** What travels. Empty once it is over. */
export type Scope = { deadline: Deadline | undefined; ids: RequestIds | undefined };

const scopes = new AsyncLocalStorage<Scope | undefined>();

/**
 * The deadline of the request on whose behalf this runs; undefined: of none. It travels by itself through everything that
 * `act` of `withinDeadline` calls and awaits, so that whatever is worth ending can be ended where it is.
 */
export function currentDeadline(): Deadline | undefined {
  return scopes.getStore()?.deadline;
}

/**
 * The ids of the request on whose behalf this runs, which travel with its deadline; undefined: of none. For lines of the
 * log; what is done hands on what it was given.
 */
export function currentRequest(): RequestIds | undefined {
  return scopes.getStore()?.ids;
}

/** Says which request it is under whose deadline this runs, from here on; under none it is nobody's. */
export function noteRequest(ids: RequestIds): void {
  const scope = scopes.getStore();
  if (scope) scope.ids = ids;
}

/** Runs what others need as well, and what it begins: whoever happens to ask for it first has no say in when it ends. */
export function withoutDeadline<Result>(act: () => Result): Result {
  return scopes.run(undefined, act);
}

/** Throws the reason when whoever asked for what is under way does not wait any more: what is not begun is not worth it. */
export function assertWanted(): void {
  currentDeadline()?.signal.throwIfAborted();
}

/**
 * Runs `act` under a deadline. What it has begun and left behind when it ends well is under none: it is nobody's request
 * any more.
 */
export function withinDeadline<Result>(
  deadline: Deadline,
  act: () => Promise<Result>,
): Promise<Result> {
  const scope: Scope = { deadline, ids: currentRequest() };
  // Bare promises, here and in all that every request passes: an async function that waits for what runs in another
  // context than its own costs several times as much
  return scopes.run(scope, begun, act).then((result) => {
    // Not only marked: in Deno 2.9.6 a scope lives until V8's next full collection, with all that it refers to
    scope.deadline = scope.ids = undefined;
    return result;
  });
}

/**
 * Runs `act` in a scope that whoever opens it empties when what is done in it is over: the same as `withinDeadline` for
 * those who note its end anyway. It is emptied, not only marked, for the same reason.
 */
export function inScope<Result>(scope: Scope, act: () => Result): Result {
  return scopes.run(scope, act);
}

/** Also what it throws before it is under way is how it ended. */
function begun<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return act();
  } catch (error) {
    return Promise.reject(error);
  }
}
