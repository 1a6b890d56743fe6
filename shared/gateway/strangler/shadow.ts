import {
  DeadlineExceeded,
  type Log,
  type ServiceClient,
  type time,
  Unavailable,
} from "@headwater/core";
import type { EdgeContext } from "@headwater/http";
import { withDeadline } from "@headwater/resilience";
import { answerDifferences, type ComparedAnswer } from "./answer_differences.ts";
import { apart } from "./apart.ts";
import { type Redaction, redaction } from "./redaction.ts";
import { type ShadowSums, shadowSums } from "./shadow_sums.ts";
import { shortBody } from "./short_body.ts";
import type { RouteState } from "./side_of.ts";
import type { Strangles } from "./strangles.ts";
import { watchedAnswer } from "./watched_answer.ts";

/** A request that the legacy side has answered, and how both are asked again. */
export type ShadowedRequest = {
  readonly c: EdgeContext;
  readonly strangles: Strangles;
  readonly state: RouteState;
  askNew(signal: AbortSignal): Promise<Response>;
  askLegacy(signal: AbortSignal): Promise<Response>;
};

/** Asks the new side what the legacy one has answered, and takes note of differences. */
export type Shadow = {
  /** Whether this request is one of those that are compared. */
  isWanted(state: RouteState): boolean;
  /** The legacy side's answer, as the client gets it: when it has, the new side is asked. */
  watch(answer: Response, request: ShadowedRequest): Response;
  /** There was no room, or it was too long: it is not compared. */
  drop(strangles: Strangles, state: RouteState): void;
};

/** Longest body that is compared, of request and of answers. */
export const mostShadowBytes = 64 * 1024;
const mostInFlight = 10;
/** Answers that are kept while clients take them; each may be as long as that. */
const mostWatched = 100;
const usualMs = 3_000;
/** Of the samples the legacy side is asked twice, to know how it differs from itself. */
const noiseShare = 0.1;
const sentEveryMs = 1_000;

type Sums = {
  readonly route: string;
  readonly round: number;
  readonly sums: ShadowSums;
};

/**
 * Compares in the shadow of what clients get: nothing is asked before the client has its answer, never more than ten at
 * once, nothing waits for its turn, and what is not done in time is a difference. Sums are sent about once a second, and
 * are lost with the process.
 */
export function shadow({ client, clock, random, logger }: {
  readonly client: ServiceClient;
  readonly clock: time.Clock;
  /** Uniform in [0, 1). */
  random(): number;
  readonly logger: Log;
}): Shadow {
  const sums = new Map<string, Sums>();
  const redactions = new WeakMap<Strangles, Redaction>();
  let inFlight = 0;
  let watched = 0;
  let isSendingSoon = false;

  function sumsOf({ name: route }: Strangles, { shadowRound: round }: RouteState): ShadowSums {
    const key = `${route} ${round}`;
    const known = sums.get(key);
    if (known) return known.sums;
    const opened = shadowSums(() => new Date().toISOString());
    sums.set(key, { route, round, sums: opened });
    return opened;
  }

  function redactionOf(strangles: Strangles): Redaction {
    const known = redactions.get(strangles);
    if (known) return known;
    const opened = redaction(strangles.shadow?.redact);
    redactions.set(strangles, opened);
    return opened;
  }

  function drop(strangles: Strangles, state: RouteState): void {
    sumsOf(strangles, state).drop();
    sendSoon();
  }

  function sendSoon(): void {
    if (isSendingSoon) return;
    isSendingSoon = true;
    clock.after(sentEveryMs, () => {
      isSendingSoon = false;
      apart(sendAll);
    });
  }

  async function sendAll(): Promise<void> {
    const all = [...sums.values()];
    sums.clear();
    for (const { route, round, sums } of all) {
      const batch = sums.take();
      if (batch) await send({ route, round, ...batch });
    }
  }

  async function send(batch: object): Promise<void> {
    try {
      const answer = await withDeadline((signal) =>
        client.call(
          "strangler",
          new Request("http://strangler/strangler/shadow", {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify(batch),
            signal,
          }),
        ), {
        ms: usualMs,
        what: "Cannot report what was compared",
        signal: new AbortController().signal,
        clock,
      });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`Cannot report: the answer is ${answer.status}`);
    } catch (error) {
      logger.debug("What was compared in the shadow is lost", { error });
    }
  }

  async function askedAgain(
    ask: (signal: AbortSignal) => Promise<Response>,
    strangles: Strangles,
  ): Promise<ComparedAnswer | "too long"> {
    try {
      return await withDeadline(async (signal) => {
        const answer = await ask(signal);
        const { status, headers } = answer;
        const body = await shortBody(answer, mostShadowBytes);
        return body ? { status, headers, body } : "too long";
      }, {
        ms: strangles.shadow?.timeoutMs ?? usualMs,
        what: "Cannot ask in the shadow",
        signal: new AbortController().signal,
        clock,
      });
    } catch (error) {
      if (!(error instanceof DeadlineExceeded) && !(error instanceof Unavailable)) throw error;
      const status = error instanceof DeadlineExceeded ? 504 : 503;
      return { status, headers: new Headers(), body: new Uint8Array() };
    }
  }

  async function compare(given: ComparedAnswer, request: ShadowedRequest): Promise<void> {
    const { c, strangles, state } = request;
    const isNoise = random() < noiseShare;
    const [found, again] = await Promise.all([
      askedAgain(request.askNew, strangles),
      isNoise ? askedAgain(request.askLegacy, strangles) : undefined,
    ]);
    if (found === "too long" || again === "too long") return drop(strangles, state);
    const redaction = redactionOf(strangles);
    sumsOf(strangles, state).add({
      request: redaction.line(c.req.method, c.req.url),
      differences: answerDifferences(given, found, strangles.shadow),
      noise: again && answerDifferences(given, again, strangles.shadow),
    }, redaction);
    sendSoon();
  }

  async function begin(given: ComparedAnswer, request: ShadowedRequest): Promise<void> {
    if (inFlight >= mostInFlight) return drop(request.strangles, request.state);
    inFlight++;
    try {
      await compare(given, request);
    } catch (error) {
      logger.warn("Cannot compare in the shadow", { route: request.strangles.name, error });
    } finally {
      inFlight--;
    }
  }

  return {
    isWanted: ({ mode, isKilled, shadowPercent }) =>
      mode !== "new" && !isKilled && shadowPercent > 0 && random() * 100 < shadowPercent,
    drop,
    watch(answer, request) {
      const { strangles, state } = request;
      const isLong = Number(answer.headers.get("Content-Length") ?? 0) > mostShadowBytes;
      if (isLong || watched >= mostWatched) {
        drop(strangles, state);
        return answer;
      }
      const { status, headers } = answer;
      watched++;
      return watchedAnswer(answer, {
        mostBytes: mostShadowBytes,
        onEnd(body) {
          watched--;
          if (!body) return drop(strangles, state);
          // What the client has got is on its way
          clock.after(0, () => apart(() => begin({ status, headers, body }, request)));
        },
      });
    },
  };
}
