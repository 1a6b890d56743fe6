import { AsyncLocalStorage } from "node:async_hooks";

/** Until when what is under way is of use to whoever asked for it. */
export type Deadline = {
  /** Aborts when the time is over, or when nobody waits any more. */
  readonly signal: AbortSignal;
  /** Milliseconds that are left; Infinity: as long as somebody waits. */
  remainingMs(): number;
};

/** Empty once it is over. */
type Scope = { deadline: Deadline | undefined };

const scopes = new AsyncLocalStorage<Scope | undefined>();

/**
 * The deadline of the request on whose behalf this runs; undefined: of none. It travels by itself through everything that
 * `act` of `withinDeadline` calls and awaits, so that whatever is worth ending can be ended where it is.
 */
export function currentDeadline(): Deadline | undefined {
  return scopes.getStore()?.deadline;
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
  const scope: Scope = { deadline };
  // Bare promises, here and in all that every request passes: an async function that waits for what runs in another
  // context than its own costs several times as much
  return scopes.run(scope, begun, act).then((result) => {
    // Not only marked: in Deno 2.9.6 a scope lives until V8's next full collection, with all that it refers to
    scope.deadline = undefined;
    return result;
  });
}

/** Also what it throws before it is under way is how it ended. */
function begun<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return act();
  } catch (error) {
    return Promise.reject(error);
  }
}
