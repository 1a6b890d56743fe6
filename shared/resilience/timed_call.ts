import { DeadlineExceeded, type machine, time } from "@headwater/core";
import { latestLookMs, Lookout, type Waiting } from "./lookout.ts";

/** How long a call may take. */
export type DeadlineOptions = {
  /** Infinity: as long as the caller waits. */
  readonly ms: number;
  /** What the error says cannot be done, for example `Cannot call service "payment"`. */
  readonly what: string;
  /** Whose time it is, which the error says; default: that over all. */
  readonly limit?: machine.Limit;
  /** The caller's own signal: when it aborts, the call rejects with its reason. Default: nobody hangs up. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The same of whoever waits for a server, whose signal costs as much as ten of ours as soon as somebody looks at it: that
   * is done only once the call takes longer than most do, 100 to 200 ms. Default: nobody.
   */
  readonly caller?: { readonly signal: AbortSignal } | undefined;
  readonly clock: time.Clock;
  /** Which attempt of whoever waits it is; default: that of the deadline around it. */
  readonly attempt?: number;
};

/** A timer that comes so much too late was held up by this very process, in which an answer may lie unread by now. */
const lagMs = 50;
/** So many are kept for the next calls. */
const mostIdle = 256;
const idle: TimedCall[] = [];
/** Already there: what waits for it comes next, after what was waiting for answers that are there as well. */
const soon = Promise.resolve();

type Act = (signal: AbortSignal, attempt: number) => Promise<unknown>;

/** Handed on within one turn, which costs less than to make a function that has them. */
let begunAct: Act | undefined;
let begunTime: OwnTime | undefined;

/**
 * What `withDeadline` does for one call. What answers at once needs neither a timer nor anybody to tell that it hangs up:
 * that comes with the next turn, and a timer when it takes longer than most. The object is used again for other calls once
 * this one is over, and so is all that was made for it.
 */
export class TimedCall implements Waiting {
  #own: OwnTime | undefined;
  #scope: time.Scope | undefined;
  #options: DeadlineOptions | undefined;
  #outer: AbortSignal | undefined;
  #limitMs = 0;
  #attempt = 1;
  #is: "pending" | "answered" | "failed" | "given up" = "pending";
  /** The answer, or the error. */
  #outcome: unknown;
  /** Whoever is told: from the next turn on. */
  #resolve: ((answer: unknown) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;
  #cancelTimer: (() => void) | undefined;
  #callers: AbortSignal | undefined;

  /** One that waits for a call, or a new one. `outer`: the deadline around it, if any. */
  static take(options: DeadlineOptions, outer: time.Deadline | undefined): TimedCall {
    const call = idle.pop() ?? new TimedCall();
    call.#options = options;
    call.#outer = outer?.signal;
    call.#attempt = Math.max(options.attempt ?? 1, outer?.attempt ?? 1);
    return call;
  }

  begin<Answer>(
    act: (signal: AbortSignal, attempt: number) => Promise<Answer>,
    limitMs: number,
  ): Promise<Answer> {
    const own = new OwnTime(this.#options!.clock, limitMs);
    own.attempt = this.#attempt;
    this.#own = own;
    // Not itself: in Deno 2.9.6 a scope lives until V8's next full collection
    this.#scope = { deadline: own, ids: time.currentRequest() };
    this.#limitMs = limitMs;
    this.#is = "pending";
    begunAct = act;
    begunTime = own;
    const answer = time.inScope(this.#scope, beginAct);
    answer.then(this.#answered, this.#failed);
    return soon.then(this.#settle) as Promise<Answer>;
  }

  readonly #answered = (answer: unknown): void => {
    if (this.#is === "given up") {
      discard(answer);
      return this.#rest();
    }
    this.#is = "answered";
    // It ended well: what it has left behind is under no deadline
    this.#scope!.deadline = this.#scope!.ids = undefined;
    if (!this.#resolve) this.#outcome = answer;
    else this.#tell(this.#resolve, answer);
  };

  readonly #failed = (error: unknown): void => {
    if (this.#is === "given up") return this.#rest();
    this.#is = "failed";
    if (!this.#reject) this.#outcome = error;
    else this.#tell(this.#reject, error);
  };

  /** What has come of it by the next turn. */
  readonly #settle = (): unknown => {
    const outcome = this.#outcome;
    switch (this.#is) {
      case "answered":
        this.#rest();
        return outcome;
      case "failed":
        this.#rest();
        throw outcome;
      default:
        return this.#wait();
    }
  };

  #wait(): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#resolve = resolve;
    this.#reject = reject;
    const { signal, caller, clock } = this.#options!;
    const outer = this.#outer;
    if (signal?.aborted) this.#giveUp(signal.reason);
    else if (outer?.aborted) this.#giveUp(outer.reason);
    else {
      signal?.addEventListener("abort", this.#onAbort);
      // Often the same: a deadline within the one that has given the signal
      if (outer !== signal) outer?.addEventListener("abort", this.#onAbort);
      if (this.#limitMs < latestLookMs) this.lookAfter();
      else if (caller || this.#limitMs !== Infinity) Lookout.of(clock).add(this);
    }
    return promise;
  }

  lookAfter(): void {
    const { caller, clock } = this.#options!;
    if (this.#limitMs !== Infinity) {
      this.#cancelTimer = clock.after(Math.max(0, this.#own!.remainingMs()), this.#onTime);
    }
    if (!caller) return;
    this.#callers = caller.signal;
    if (this.#callers.aborted) this.#giveUp(this.#callers.reason);
    else this.#callers.addEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (event: Event): void => {
    this.#giveUp((event.target as AbortSignal).reason);
  };

  readonly #onTime = (): void => {
    const { clock } = this.#options!;
    if (this.#own!.remainingMs() < -lagMs) this.#cancelTimer = clock.after(lagMs, this.#expire);
    else this.#expire();
  };

  readonly #expire = (): void => {
    const { what, ms, limit = "total" } = this.#options!;
    const message = `${what}: no answer within ${Math.round(this.#limitMs)} ms`;
    this.#giveUp(
      new DeadlineExceeded(message, { limit: this.#limitMs < ms ? "total" : limit }),
    );
  };

  /** Its object is used again only when what was begun has come to an end, if it ever does. */
  #giveUp(reason: unknown): void {
    this.#is = "given up";
    const own = this.#own!;
    this.#stopWaiting();
    this.#reject!(reason);
    own.abort(reason);
  }

  #tell(whom: (outcome: unknown) => void, outcome: unknown): void {
    this.#stopWaiting();
    whom(outcome);
    this.#rest();
  }

  #stopWaiting(): void {
    Lookout.of(this.#options!.clock).delete(this);
    this.#cancelTimer?.();
    this.#callers?.removeEventListener("abort", this.#onAbort);
    this.#options!.signal?.removeEventListener("abort", this.#onAbort);
    this.#outer?.removeEventListener("abort", this.#onAbort);
  }

  /** Nothing of the call is kept. */
  #rest(): void {
    this.#own =
      this.#scope =
      this.#options =
      this.#outer =
      this.#outcome =
        undefined;
    this.#resolve =
      this.#reject =
      this.#cancelTimer =
      this.#callers =
        undefined;
    if (idle.length < mostIdle) idle.push(this);
  }
}

/** What a call knows of its time. */
class OwnTime extends AbortController implements time.Deadline {
  readonly #clock: time.Clock;
  readonly #until: number;
  attempt = 1;

  constructor(clock: time.Clock, ms: number) {
    super();
    this.#clock = clock;
    this.#until = clock.now() + ms;
  }

  remainingMs(): number {
    return this.#until - this.#clock.now();
  }
}

/** Also what it throws before it is under way is how it ended. */
function beginAct(): Promise<unknown> {
  const act = begunAct!;
  const { signal, attempt } = begunTime!;
  begunAct = begunTime = undefined;
  try {
    return act(signal, attempt);
  } catch (error) {
    return Promise.reject(error);
  }
}

function discard(late: unknown): void {
  if (!(late instanceof Response)) return;
  late.body?.cancel().catch(() => {/* It was aborted already. */});
}
