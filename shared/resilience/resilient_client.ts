import { type machine, type ServiceClient, time } from "@headwater/core";
import { attemptHeader } from "./attempt_header.ts";
import type { BreakerState } from "./breaker.ts";
import { type Bulkhead, type BulkheadOptions, createBulkhead } from "./bulkhead.ts";
import { deadlineHeader, leastCallMs, passedOnMs } from "./deadline_header.ts";
import { type PolicyStack, policyStack } from "./policy_stack.ts";
import { preferredWaitSeconds } from "./preferred_wait.ts";
import { readBytes } from "./read_body.ts";
import { type BreakerSettings, type HedgeSettings, usualSettings } from "./resilience_settings.ts";
import type { Repetition, RetryOptions } from "./retry.ts";
import { retryAfterSeconds } from "./retry_after.ts";
import type { RetryBudgetOptions } from "./retry_budget.ts";
import { isQuery, isSafeToRepeat } from "./safe_to_repeat.ts";
import type { SettingsOf } from "./settings_by_target.ts";
import { settledAnswer } from "./service_answer.ts";
import { noTimeLeft } from "./stack_parts.ts";

/** Numbers of the policies; each has a default with a reason. */
export type ResilienceOptions = {
  /** Milliseconds for everything: the queue, all tries and their pauses. Default 6,000: three tries. */
  readonly totalMs: number;
  /** Milliseconds for one try. Default 2,000: what people wait for; it is not repeated after that. */
  readonly tryMs: number;
  /**
   * After refusals. Default: 3 tries, as the AWS SDKs, with their pauses: up to 100 ms at first, 500 where the target has
   * too much to do, then twice as long each time, at most 2 s; of a fifth of the calls, as Envoy.
   */
  readonly retry: RetryOptions & RetryBudgetOptions;
  /**
   * Default: 64 at a time, as many as share a commit of the log, and 8 at least; 512 wait, at most 2 s: 64 answers each
   * 250 ms.
   */
  readonly bulkhead: BulkheadOptions;
  /** Queries that wait for a read model; each holds a connection and no more. Default 512, one more is refused. */
  readonly mostAwaiting: number;
  /** Default: half of at least 20 calls in 10 s (Hystrix), open for 5 s (Polly) and then longer. */
  readonly breaker: Partial<BreakerSettings>;
  /** Of queries. Default: none is made twice; where it is on, when its answer is later than 95 of 100 are. */
  readonly hedge: Partial<HedgeSettings>;
  /** The longest body, in bytes, that is kept for a repetition. Default 1 MiB: what a service accepts. */
  readonly longestBody: number;
  /** The longest answer, in bytes: it is held whole. Default 16 MiB: 64 of them at a time are a process's memory. */
  readonly longestAnswer: number;
};

/** For operators: how it stands with the calls to one service. */
export type TargetState = {
  readonly service: string;
  readonly calls: "commands" | "queries";
  readonly breaker: BreakerState;
  readonly running: number;
  readonly waiting: number;
  /** How many may run at present. */
  readonly places: number;
  /** Queries that wait for a read model, beside those that run. */
  readonly awaiting: number;
};

/** They need other things: commands the log, queries a database. */
type CallKind = "commands" | "queries";

type Target = {
  readonly service: string;
  readonly calls: CallKind;
  readonly settings: ResilienceOptions;
  readonly stack: PolicyStack;
  readonly awaiting: Bulkhead;
};

/** A guarded client that says how it is. */
export type ResilientClient = ServiceClient & {
  /** Of every service that was called so far. */
  describe(): readonly TargetState[];
  /** Refuses all calls to this one, also if it was never called, until it is released. */
  isolate(service: string): void;
  /** Lets it be called again, if it was isolated. */
  release(service: string): void;
};

/**
 * A client that guards its callers and its targets. Per target service, and apart for commands and for queries, from
 * the outside in: deadline over all, retry of what is safe to repeat, bulkhead, breaker, deadline per try. Who pauses
 * before another try holds nobody's place.
 *
 * A request that waits for a read model (`X-Min-Position`) gets that wait on top of both deadlines, and takes no place
 * from those that work. What ran out of time is not repeated, nor what is asked on behalf of a request that is a repetition
 * itself. `X-Request-Timeout-Ms` tells the target how much time it has: what is left of ours, and of the request on whose
 * behalf we call; `X-Attempt` which try it is, from the second on.
 * Errors: those of `ServiceClient`; `BodyTooLarge` for a body that cannot be kept for a repetition.
 */
export function createResilientClient(
  inner: ServiceClient,
  options: Partial<ResilienceOptions> & {
    /** Uniform in [0, 1). */
    readonly random?: () => number;
    readonly clock?: time.Clock;
    /** The numbers for each target, as they were checked at the start; what is said beside it counts for all. */
    readonly settingsOf?: SettingsOf;
    /**
     * `inner` ends a call by itself when `time.currentDeadline()` aborts: then requests carry no signal of ours, which costs
     * Deno more than all the rest of a copy. Default: it knows of nothing but the request's signal, as `fetch` does.
     */
    readonly innerHeedsDeadline?: boolean;
  } = {},
): ResilientClient {
  const {
    random = Math.random,
    clock = time.realClock,
    settingsOf,
    innerHeedsDeadline = false,
    ...overrides
  } = options;
  const targets = new Map<string, Target>();
  const isolated = new Set<string>();

  function targetOf(service: string, calls: CallKind): Target {
    const name = `${service} ${calls}`;
    const known = targets.get(name);
    if (known) return known;
    const settings = { ...settingsOf?.(service) ?? usualSettings, ...overrides };
    const target: Target = {
      ...{ service, calls, settings },
      stack: policyStack(service, { ...settings, clock, random }),
      awaiting: createBulkhead(service, {
        running: settings.mostAwaiting,
        waiting: 0,
        longestWaitMs: settings.bulkhead.longestWaitMs,
        clock,
      }),
    };
    targets.set(name, target);
    if (isolated.has(service)) target.stack.breaker.isolate();
    return target;
  }

  /** What carries no request tells nobody how much time there is: who takes it has ours. */
  function send(
    service: string,
    { message, signal }: machine.SentCommand,
  ): Promise<machine.CommandAnswer> {
    const act = (signal: AbortSignal) => inner.send!(service, { message, signal });
    return targetOf(service, "commands").stack.execute(act, {
      ...{ isRepeatable: true, signal, leastMs: leastCallMs },
    });
  }

  return {
    ...(inner.send && { send }),
    async call(service, request) {
      const isQuestion = isQuery(request);
      const { settings, stack, awaiting } = targetOf(service, isQuestion ? "queries" : "commands");
      const isAwaiting = request.headers.has("X-Min-Position");
      const isRepeatable = isSafeToRepeat(request);
      const body = isRepeatable && request.body
        ? await readBytes(request, settings.longestBody)
        : undefined;

      async function attempted(ended: AbortSignal, attempt: number): Promise<Response> {
        const theirMs = passedOnMs(time.currentDeadline()!.remainingMs());
        if (theirMs === undefined) throw noTimeLeft(`Cannot call service "${service}"`);
        const sent = sentAs(attempt, { ended, theirMs });
        if (attempt > 1) sent.headers.set(attemptHeader, String(attempt));
        return await settledAnswer(service, await inner.call(service, sent), {
          limit: settings.longestAnswer,
        });
      }

      function sentAs(
        attempt: number,
        { ended, theirMs }: { readonly ended: AbortSignal; readonly theirMs: number },
      ): Request {
        const isFirst = attempt === 1 && !request.body;
        if (innerHeedsDeadline && isFirst && tellsTime(request, theirMs)) return request;
        const signal = innerHeedsDeadline ? null : ended;
        const copy = isRepeatable
          ? copyOf(request, { body, signal })
          : new Request(request, { signal });
        copy.headers.set(deadlineHeader, String(theirMs));
        return copy;
      }

      return await stack.execute(attempted, {
        ...{ isRepeatable, changesNothing: isQuestion, signal: request.signal },
        ...{ leastMs: leastCallMs, ofAnswer: repetitionOf },
        ...(isAwaiting && {
          waitMs: preferredWaitSeconds(request.headers) * 1_000,
          places: awaiting,
        }),
      });
    },
    describe: () =>
      [...targets.values()].map(({ service, calls, stack: { breaker, bulkhead }, awaiting }) => ({
        service,
        calls,
        breaker: breaker.state(),
        ...bulkhead.describe(),
        awaiting: awaiting.describe().running,
      })),
    isolate(service) {
      isolated.add(service);
      for (const target of targetsOf(service)) target.stack.breaker.isolate();
    },
    release(service) {
      isolated.delete(service);
      for (const target of targetsOf(service)) target.stack.breaker.release();
    },
  };

  function targetsOf(service: string): readonly Target[] {
    return [...targets.values()].filter((target) => target.service === service);
  }
}

const askingAgain = [408, 425, 429];

/** What is an answer, and says that it would be another one later. */
function repetitionOf({ status, headers }: Response): Repetition | undefined {
  if (!askingAgain.includes(status)) return undefined;
  return { retryAfter: retryAfterSeconds(headers) ?? 0, isThrottled: status === 429 };
}

/**
 * Has the request itself tell how much time there is, since a copy costs as much as all policies; false: it cannot be
 * changed, as those cannot that a server was sent.
 */
function tellsTime({ headers }: Request, ms: number): boolean {
  try {
    headers.set(deadlineHeader, String(ms));
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** A `Request` copies another one's parts as they are, which costs less than to make one of its headers. */
function copyOf(
  request: Request,
  { body, signal }: {
    readonly body: Uint8Array<ArrayBuffer> | undefined;
    readonly signal: AbortSignal | null;
  },
): Request {
  const copy = new Request(request, { signal, redirect: "manual", ...(body && { body }) });
  // Whoever reads it knows at once that it is not too large
  if (body) copy.headers.set("Content-Length", String(body.byteLength));
  return copy;
}
