import { derivedId, type Log, type machine, type ServiceClient, type time } from "@headwater/core";
import { withDeadline } from "@headwater/resilience";
import { z } from "zod";
import { apart } from "./apart.ts";
import { routeName } from "./contract.ts";
import { type RouteState, untouched } from "./side_of.ts";

/** What a gateway process knows of strangled routes. */
export type KnownStates = {
  /** As it was decided, up to a second ago; what is known longer where the strangler does not answer. */
  of(route: string): Promise<RouteState>;
  /** Asks at once. With a position: for what is decided by then. */
  refresh(position?: number): Promise<void>;
  /** To 0 % here and now, as long as the strangler has not heard of it: of this setting alone. */
  takeBack(route: string, setting: number): void;
};

export type KnownStatesOptions = {
  /** The bare one: it is asked once a second, and to be heard as soon as it is back. */
  readonly client: ServiceClient;
  /** Where a process that begins finds what others have heard, while the strangler is away. */
  readonly store: machine.SharedStore;
  /** The names of the routes that there are. */
  names(): readonly string[];
  readonly clock: time.Clock;
  readonly logger: Log;
};

/** Between two questions; nothing is asked while nobody asks us. */
const everyMs = 1_000;
/** What is older is asked for before it is acted on, for a moment; where nothing is known, for longer. */
const oldMs = 3_000;
const momentMs = 250;
/** As long as nobody has heard anything: what stays with either side, nobody knows. */
const unheard: RouteState = { ...untouched, hasLegacyPins: true, hasNewPins: true };
/** Whoever does not answer by then is asked again with the next request. */
const longestMs = 2_000;
const storeKey = "strangled routes";
const storedMs = 24 * 60 * 60 * 1_000;

const statesSchema = z.array(z.object({
  route: routeName,
  mode: z.enum(["legacy", "canary", "new"]),
  percent: z.number(),
  shadowPercent: z.number(),
  isKilled: z.boolean(),
  setting: z.int(),
  shadowRound: z.int(),
  moves: z.int(),
  hasLegacyPins: z.boolean(),
  hasNewPins: z.boolean(),
}));

/**
 * Keeps the states of routes in memory. They are asked for by the requests that need them, about once a second, with no
 * timer; requests wait for that only where nothing is known yet, or nothing of late, and only for a moment. Where the
 * strangler is away, what was known last holds; where nothing ever was, everything is the legacy side's.
 */
export function knownStates(
  { client, store, names, clock, logger }: KnownStatesOptions,
): KnownStates {
  let states: ReadonlyMap<string, RouteState> = new Map();
  const takenBack = new Map<string, number>();
  const declared = new Set<string>();
  let tag: string | undefined;
  let heardAt = -Infinity;
  let askedAt = -Infinity;
  let isAway = false;
  let asking: Promise<void> | undefined;
  let questions = 0;
  let answered = 0;

  function ask(position?: number): Promise<void> {
    askedAt = clock.now();
    return apart(async () => {
      try {
        await withDeadline((signal) => load(signal, position), {
          ms: longestMs,
          what: "Cannot ask for the states of routes",
          signal: new AbortController().signal,
          clock,
        });
        isAway = false;
      } catch (error) {
        // Once: it is asked every second
        if (!isAway) {
          logger.warn("Routes stay as they are: the strangler does not answer", { error });
        }
        isAway = true;
        if (heardAt === -Infinity) await recall();
      }
    });
  }

  /** What another process has heard last, or this one before it ended. */
  async function recall(): Promise<void> {
    const found = statesIn(await store.get(storeKey));
    if (found && heardAt === -Infinity) states = byRoute(found);
  }

  async function load(signal: AbortSignal, position: number | undefined): Promise<void> {
    const headers = new Headers();
    if (tag !== undefined) headers.set("If-None-Match", tag);
    if (position !== undefined) headers.set("X-Min-Position", String(position));
    const question = ++questions;
    const request = new Request("http://strangler/strangler/routes", { headers, signal });
    const answer = await client.call("strangler", request);
    if (answer.status !== 304) {
      if (!answer.ok) {
        await answer.body?.cancel();
        throw new Error(`Cannot ask for the states of routes: the answer is ${answer.status}`);
      }
      const found = statesSchema.parse(await answer.json());
      // Who asked later may know by now what this one does not
      if (question > answered) {
        answered = question;
        states = byRoute(found);
        tag = answer.headers.get("ETag") ?? undefined;
        await store.set(storeKey, JSON.stringify(found), { ttlMs: storedMs });
      }
    } else answered = Math.max(answered, question);
    heardAt = clock.now();
    for (const name of names()) {
      // Also one that has a state: of an entity that was pinned before
      if (!declared.has(name)) await declare(name, signal);
    }
  }

  /** What operators cannot see they cannot decide of. */
  async function declare(route: string, signal: AbortSignal): Promise<void> {
    const answer = await client.call(
      "strangler",
      new Request("http://strangler/commands/DeclareRoute", {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          "Idempotency-Key": derivedId("DeclareRoute", route),
        },
        body: JSON.stringify({ route }),
        signal,
      }),
    );
    await answer.body?.cancel();
    if (answer.ok) declared.add(route);
  }

  async function upToDate(): Promise<void> {
    const now = clock.now();
    if (!asking && now - askedAt >= everyMs) {
      asking = ask().finally(() => asking = undefined);
    }
    if (!asking || isAway || now - heardAt < oldMs) return;
    const moment = Promise.withResolvers<void>();
    const cancel = clock.after(heardAt === -Infinity ? longestMs : momentMs, moment.resolve);
    await Promise.race([asking, moment.promise]);
    cancel();
  }

  return {
    async of(route) {
      await upToDate();
      const isUnheard = heardAt === -Infinity && states.size === 0;
      const state = states.get(route) ?? (isUnheard ? unheard : untouched);
      return takenBack.get(route) === state.setting ? { ...state, percent: 0 } : state;
    },
    refresh: (position) => ask(position),
    takeBack: (route, setting) => void takenBack.set(route, setting),
  };
}

/** Undefined: it is of another release, or not ours. */
function statesIn(text = "null"): z.output<typeof statesSchema> | undefined {
  try {
    return statesSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function byRoute(found: z.output<typeof statesSchema>): ReadonlyMap<string, RouteState> {
  return new Map(found.map(({ route, ...state }) => [route, state]));
}
