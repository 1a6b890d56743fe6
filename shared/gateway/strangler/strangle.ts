import {
  DeadlineExceeded,
  type Log,
  type machine,
  type ServiceClient,
  time,
  Unavailable,
} from "@headwater/core";
import { type Admission, edge, type EdgeContext, idempotencyKey } from "@headwater/http";
import { bodyLimit, createResilientClient } from "@headwater/resilience";
import { knownPins, type PinnedThing } from "./known_pins.ts";
import { knownStates } from "./known_states.ts";
import {
  cookieSide,
  fieldOf,
  fieldsIn,
  headerSide,
  namedEntity,
  subjectOf,
} from "./request_facts.ts";
import { rollBack } from "./roll_back.ts";
import { isEntity, type SettledSide, settledSide } from "./settled_side.ts";
import { mostShadowBytes, shadow } from "./shadow.ts";
import { shortBody } from "./short_body.ts";
import { isFailureOfSide } from "./side_failure.ts";
import type { RouteState, Side } from "./side_of.ts";
import type { Strangles } from "./strangles.ts";

/** @internal */
type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Whoever can answer the requests of a route.
 * @internal
 */
export type SideTarget = {
  /** Errors: `Unavailable`, `DeadlineExceeded`, those of a body that cannot be read. */
  answer(c: EdgeContext, asked?: {
    /** Where it was read already. */
    readonly body?: Bytes | undefined;
    /** To compare, while the client has its answer already; until this aborts. */
    readonly shadow?: AbortSignal | undefined;
  }): Promise<Response>;
};

/**
 * A route that a system from before and a service in its place both have.
 * @internal
 */
export type TwoSided = {
  readonly strangles: Strangles;
  readonly legacy: SideTarget;
  readonly service: SideTarget;
};

/** What a gateway process lends it. */
export type StrangleOptions = {
  /** The bare one: what is asked of the strangler has guards of its own. */
  readonly client: ServiceClient;
  readonly store: machine.SharedStore;
  /** The names of all strangled routes. */
  names(): readonly string[];
  /** Throws for whoever may not say where requests go. */
  readonly admitOperators: Admission;
  readonly clock?: time.Clock;
  /** Uniform in [0, 1). */
  random?(): number;
  readonly logger: Log;
};

/** Answers requests of strangled routes, each by one of two sides. */
export type Strangle = {
  /** Asks how routes are decided. With a position: as it is by then. */
  refresh(position?: number): Promise<void>;
  /** Errors: those of the side, and of `settledSide`. */
  answer(c: EdgeContext, route: TwoSided): Promise<Response>;
};

const safeMethods = ["GET", "HEAD", "OPTIONS"];

/** As usual, and open for no longer than a strangler takes to be back: without pins nothing is written. */
const breaker = { openMs: 1_000, longestOpenMs: 1_000 };

/** Sends requests of strangled routes to one of their sides, as it was decided, and takes note of how that went. */
export function strangle(
  {
    client,
    store,
    names,
    admitOperators,
    clock = time.realClock,
    random = Math.random,
    logger,
  }: StrangleOptions,
): Strangle {
  const states = knownStates({ client, store, names, clock, logger });
  const guarded = createResilientClient(client, { breaker, clock });
  const pins = knownPins({ client: guarded, store, clock });
  const watch = rollBack({ states, client: guarded, clock, logger });
  const shadows = shadow({ client, clock, random, logger });

  async function askSide(side: Side, asked: Asked): Promise<Response> {
    const { c, route, state, body } = asked;
    const { name } = route.strangles;
    const target = side === "new" ? route.service : route.legacy;
    const since = clock.now();
    try {
      const answer = await target.answer(c, { body });
      watch.note(name, state, { side, isError: answer.status >= 500, ms: clock.now() - since });
      return servedBy(side, answer);
    } catch (error) {
      if (isFailureOfSide(error, c.req.raw)) {
        const ms = error instanceof DeadlineExceeded ? clock.now() - since : undefined;
        watch.note(name, state, { side, isError: true, ms });
      }
      throw error;
    }
  }

  async function answerOf({ side, why }: SettledSide, asked: Asked): Promise<Response> {
    try {
      const answer = await askSide(side, asked);
      return why === "pins-unknown" ? await certain(answer, asked.state) : answer;
    } catch (error) {
      const isOpen = error instanceof Unavailable && error.code === "circuit-open";
      // What stays with the new side the legacy one does not know, and would say so
      const mayFallBack = side === "new" && asked.state.mode !== "new" && isSafe(asked.c) &&
        (why === "bucket" || why === "cookie");
      if (!isOpen || !mayFallBack) throw error;
      return await askSide("legacy", asked);
    }
  }

  async function isTrusted({ req }: EdgeContext): Promise<boolean> {
    try {
      await admitOperators(req.raw);
      return true;
    } catch {
      return false;
    }
  }

  async function pinAnswered(thing: PinnedThing, side: Side): Promise<void> {
    if (!isEntity(thing.entity)) return;
    const pinned = await pins.pin(thing, side);
    if (pinned === side) return;
    const { route, entity } = thing;
    const fields = { route, entity, side, pinned };
    logger.error("An entity was made on a side that it does not stay with: both have it", fields);
  }

  /** The answer as the client gets it, after which the new side is asked, too, if that is wanted. */
  async function answerInShadow(settled: SettledSide, asked: Asked): Promise<Response> {
    const { c, route, state } = asked;
    const { strangles } = route;
    // What stays with the legacy side the new one need not know
    const mayBeAsked = settled.side === "legacy" && settled.why !== "pin" &&
      settled.why !== "pins-unknown";
    if (!mayBeAsked || !shadows.isWanted(state)) return await answerOf(settled, asked);
    const body = isSafe(c) ? undefined : asked.body ?? await shadowBody(c);
    if (body === "too long" || (body?.byteLength ?? 0) > mostShadowBytes) {
      shadows.drop(strangles, state);
      return await answerOf(settled, asked);
    }
    return shadows.watch(await answerOf(settled, { ...asked, body }), {
      ...{ c, strangles, state },
      askNew: (shadow) => route.service.answer(c, { body, shadow }),
      askLegacy: (shadow) => route.legacy.answer(c, { body, shadow }),
    });
  }

  return {
    refresh: states.refresh,
    async answer(c, route) {
      const { strangles } = route;
      const { name } = strangles;
      const isRead = isSafe(c) || strangles.shadow?.sideEffectFree === true;
      const [state, { entity, body }] = await Promise.all([
        states.of(name),
        entityOf(c, strangles),
      ]);
      const key = idempotencyKey(c);
      const settled = await settledSide(pins, {
        state,
        facts: {
          route: name,
          subject: subjectOf(c, strangles) ?? entity ?? edge.clientAddressOf(c.req.raw) ??
            // Nothing to tell it by: one of so many, this time
            crypto.randomUUID(),
          header: await headerSide(c, () => isTrusted(c)),
          cookie: cookieSide(c),
        },
        ...{ entity, key, isSafe: isRead },
      });
      const asked = { c, route, state, body };
      if (isRead) return await answerInShadow(settled, asked);
      const answer = await answerOf(settled, asked);
      const fields = fieldsIn("answer", strangles);
      if (!answer.ok || entity !== undefined || fields.length === 0) return answer;
      return await withPin(answer, {
        fields,
        pin: (entity) => pinAnswered({ route: name, entity, moves: state.moves }, settled.side),
      });
    },
  };
}

type Asked = {
  readonly c: EdgeContext;
  readonly route: TwoSided;
  readonly state: RouteState;
  readonly body: Bytes | undefined;
};

/** That the legacy side has no such thing says nothing while the new one may have it. */
async function certain(answer: Response, { hasNewPins }: RouteState): Promise<Response> {
  if (!hasNewPins || ![404, 410].includes(answer.status)) return answer;
  await answer.body?.cancel();
  throw new Unavailable("Cannot tell whether there is such a thing: try again", {
    code: "pins-unavailable",
  });
}

/** The body is read where nothing but a field of it names the entity. */
async function entityOf(
  c: EdgeContext,
  strangles: Strangles,
): Promise<{ readonly entity: string | undefined; readonly body?: Bytes | undefined }> {
  const entity = namedEntity(c, strangles);
  const fields = fieldsIn("body", strangles);
  if (entity !== undefined || fields.length === 0 || isSafe(c)) return { entity };
  if (!isJson(c.req.raw.headers)) return { entity };
  const body = await edge.clientBody(c, bodyLimit);
  return { entity: firstField(body, fields), body };
}

/** Of a request that may be asked twice though it has a body. */
async function shadowBody(c: EdgeContext): Promise<Bytes | "too long" | undefined> {
  const { raw } = c.req;
  if (!raw.body) return undefined;
  const length = Number(raw.headers.get("Content-Length") ?? Infinity);
  return length > mostShadowBytes ? "too long" : await edge.clientBody(c, mostShadowBytes);
}

/** Before the client gets it, what the answer names is pinned: what nobody could ask for is not lost. */
async function withPin(
  answer: Response,
  { fields, pin }: {
    readonly fields: readonly string[];
    pin(entity: string): Promise<void>;
  },
): Promise<Response> {
  if (!isJson(answer.headers)) return answer;
  const body = await shortBody(answer, bodyLimit);
  if (!body) {
    throw new Unavailable("Cannot read which thing was made: the answer is too long", {
      code: "answer-too-long",
    });
  }
  const entity = firstField(body, fields);
  if (entity !== undefined) await pin(entity);
  const { status, headers } = answer;
  return new Response(body, { status, headers });
}

function firstField(body: Uint8Array | undefined, fields: readonly string[]): string | undefined {
  const json = jsonOf(body);
  for (const field of fields) {
    const found = fieldOf(json, field);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Undefined: it is none, which is for whoever gets it to say. */
function jsonOf(body: Uint8Array | undefined): unknown {
  if (!body) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

function isJson(headers: Headers): boolean {
  return /^application\/([\w.+-]+\+)?json\b/i.test(headers.get("Content-Type") ?? "");
}

/** On the answer itself: a copy's body would be a stream, where it was in memory. */
function servedBy(side: Side, answer: Response): Response {
  answer.headers.set("X-Served-By", side);
  return answer;
}

function isSafe({ req }: EdgeContext): boolean {
  return safeMethods.includes(req.method);
}
