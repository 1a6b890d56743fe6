import { time } from "@headwater/core";
import {
  afterRequest,
  isLate,
  placesFor,
  type Priority,
  type Shedding,
  shedding,
  usualAfter,
} from "./shedding.ts";

export type { Priority } from "./shedding.ts";

/** Numbers of a shedder; each has a default with a reason. */
export type ShedderOptions = {
  /** Requests at a time to begin with; default 20: few enough for the slowest of services to try. */
  readonly start?: number;
  /** Default 4: below that a process waits for its database and its log with nothing to do. */
  readonly least?: number;
  /** Default 200: beyond, answers wait for each other in memory. */
  readonly most?: number;
  /** Answers within so many milliseconds are never slow; default 150: nobody notices. */
  readonly calmMs?: number;
  /** Milliseconds that the loop may be late; default 70: from there on answers are felt to be slow. */
  readonly latestMs?: number;
  /** How late the loop is; default: nobody knows, and it sheds nothing. */
  readonly lagMs?: () => number;
  readonly clock?: time.Clock;
};

/** Who waits for a place, and who gets the next one first; all others are refused at once. */
const patient = ["critical", "normal"] as const;
type Patient = typeof patient[number];

/**
 * Milliseconds that they wait: what has come during a stall of the loop comes at once, and is soon over; and of what is
 * critical that refuses the fewest.
 */
const longestWaitMs = 250;
/** Of who waits for something else than us: so long it counts as work. */
const youngMs = 100;

/** Why a request was refused: too many are worked on, or the loop is late. */
export type Refused = "limit" | "lag";

/** Whom a process works for when it cannot work for all. */
export type Shedder = {
  /**
   * A place among those that are worked on, or why there is none: not as an error, which would cost more than all the rest
   * of a refusal. `waits`: it may wait for something to come about, which is no work: it holds its place for a moment only.
   * Errors: the reason of `signal` while it waits for a place; it is not looked at before that.
   */
  enter(
    priority: Priority,
    options: { readonly signal: AbortSignal; readonly waits?: boolean },
  ): Place | Refused | Promise<Place | Refused>;
  describe(): {
    readonly running: number;
    readonly waiting: number;
    /** Requests at a time, at most. */
    readonly limit: number;
    readonly refused: Readonly<Record<Priority, Readonly<Record<Refused, number>>>>;
  };
};

/** A request that is worked on. */
export type Place = {
  /** Its client has something to do, sending a body: until `resume` nobody works on it. */
  rest(): void;
  resume(): void;
  /**
   * It is over. `route`: of which its time says something; undefined: it says nothing. `isGivenUp`: nobody has waited for
   * its end, which would have come later: it tells who is slow, and nobody that is quick.
   */
  leave(route: string | undefined, options?: { readonly isGivenUp?: boolean }): void;
};

type Waiting = { readonly begin: () => void };

/** Driven by the requests of one process; `shedding` decides. */
export function createShedder(
  {
    start = 20,
    least = 4,
    most = 200,
    calmMs = 150,
    latestMs = 70,
    lagMs = () => 0,
    clock = time.realClock,
  }: ShedderOptions = {},
): Shedder {
  let state: Shedding = shedding({ start, least, most, calmMs, lagMs: latestMs });
  let working = 0;
  const usual = new Map<string, number>();
  const waiting: Readonly<Record<Patient, Set<Waiting>>> = {
    critical: new Set(),
    normal: new Set(),
  };
  /** Those that may be waiting for something, in the order in which they came. */
  const young = new Set<{ readonly since: number }>();
  const refused = {
    critical: { limit: 0, lag: 0 },
    normal: { limit: 0, lag: 0 },
    "best-effort": { limit: 0, lag: 0 },
    bulk: { limit: 0, lag: 0 },
  };

  function running(): number {
    if (young.size > 0) {
      const old = clock.now() - youngMs;
      for (const each of young) {
        if (each.since > old) break;
        young.delete(each);
      }
    }
    return working + young.size;
  }

  function refuse(priority: Priority, why: Refused): Refused {
    refused[priority][why]++;
    return why;
  }

  function fill(): void {
    if (waitingCount() === 0) return;
    for (const priority of patient) {
      for (const each of waiting[priority]) {
        if (running() >= placesFor(state, priority)) return;
        waiting[priority].delete(each);
        each.begin();
      }
    }
  }

  function waitingCount(): number {
    return waiting.critical.size + waiting.normal.size;
  }

  /** Set while somebody waits for a place that becomes free without anybody leaving it. */
  let cancelLook: (() => void) | undefined;

  function look(): void {
    const [oldest] = young;
    if (cancelLook || !oldest || waitingCount() === 0) return;
    const ms = Math.max(0, oldest.since + youngMs - clock.now());
    cancelLook = clock.after(ms, () => {
      cancelLook = undefined;
      fill();
      look();
    });
  }

  function lookNoMore(): void {
    if (waitingCount() > 0) return;
    cancelLook?.();
    cancelLook = undefined;
  }

  function workingPlace(): Place {
    working++;
    const begunAt = clock.now();
    let restedMs = 0;
    let restsSince: number | undefined;
    function resume(): void {
      if (restsSince === undefined) return;
      restedMs += clock.now() - restsSince;
      restsSince = undefined;
      working++;
    }
    return {
      rest() {
        if (restsSince !== undefined) return;
        restsSince = clock.now();
        working--;
        fill();
      },
      resume,
      leave(route, { isGivenUp = false } = {}) {
        resume();
        if (route !== undefined) {
          learn(route, { tookMs: clock.now() - begunAt - restedMs, isGivenUp });
        }
        working--;
        fill();
      },
    };
  }

  function learn(
    route: string,
    { tookMs, isGivenUp }: { readonly tookMs: number; readonly isGivenUp: boolean },
  ): void {
    const now = running();
    const known = usual.get(route);
    if (isGivenUp && tookMs <= Math.max(calmMs, known ?? 0)) return;
    const usualMs = usualAfter(known, { tookMs, running: now, state });
    usual.set(route, usualMs);
    state = afterRequest(state, { tookMs, usualMs, running: now });
  }

  function waitingPlace(): Place {
    const each = { since: clock.now() };
    young.add(each);
    return {
      rest() {},
      resume() {},
      leave() {
        young.delete(each);
        fill();
      },
    };
  }

  async function turn(
    priority: Patient,
    { signal, begin }: { readonly signal: AbortSignal; readonly begin: () => Place },
  ): Promise<Place | Refused> {
    const others = waiting[priority];
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Place | Refused>();
    const own: Waiting = { begin: () => resolve(begin()) };
    others.add(own);
    look();
    const cancel = clock.after(longestWaitMs, () => {
      if (others.delete(own)) resolve(refuse(priority, "limit"));
    });
    function onAbort(): void {
      if (others.delete(own)) reject(signal.reason);
    }
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await promise;
    } finally {
      cancel();
      lookNoMore();
      signal.removeEventListener("abort", onAbort);
    }
  }

  return {
    enter(priority, options) {
      const begin = options.waits ? waitingPlace : workingPlace;
      const now = running();
      if (priority !== "critical" && isLate(state, { running: now, lagMs: lagMs() })) {
        return refuse(priority, "lag");
      }
      const places = placesFor(state, priority);
      const before = isPatient(priority) ? waiting[priority].size : 0;
      if (now < places && before === 0) return begin();
      // As many as there are places: who comes last waits for as long as one of them takes
      if (!isPatient(priority) || before >= places) return refuse(priority, "limit");
      return turn(priority, { signal: options.signal, begin });
    },
    describe: () => ({
      running: running(),
      waiting: waitingCount(),
      limit: placesFor(state, "critical"),
      refused,
    }),
  };
}

function isPatient(priority: Priority): priority is Patient {
  return priority === "critical" || priority === "normal";
}
