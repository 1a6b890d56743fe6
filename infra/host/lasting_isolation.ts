import { type EventLog, type Log, type Recorded, repository, time } from "@headwater/core";
import type { calls } from "@headwater/resilience";
import { isPassedOver } from "./acts_record/lenient_events.ts";
import { type IsolatedTargets, isolatedTargets } from "./isolated_targets.ts";

const stream = `${isolatedTargets.name}-all`;

/** Puts into the log what is isolated, before any process is told: it holds until it is released, whatever starts again. */
export function lastingCalls(
  own: Required<calls.OperatedCalls>,
  log: Pick<EventLog, "append" | "read">,
): Required<calls.OperatedCalls> {
  const targets = repository(isolatedTargets, { log });
  return {
    ...own,
    async isolate(target, options) {
      const { isolation, by } = options;
      const commandId = crypto.randomUUID();
      await targets.handle(
        isolation
          ? { type: "IsolateTarget", data: { target, isolation } }
          : { type: "ReleaseTarget", data: { target, by } },
        { commandId, correlationId: commandId, actor: by },
      );
      return await own.isolate(target, options);
    },
  };
}

/**
 * Keeps a process from calling what is isolated, as the log says, until it is disposed. Resolves when that holds, or when the
 * log has not answered in time: then what is known holds, which is nothing at a start, and it is asked again.
 */
export async function followIsolation(
  log: Pick<EventLog, "head" | "read" | "subscribe">,
  { book, logger, patienceMs = 2_000 }: {
    readonly book: calls.CallBook;
    readonly logger: Log;
    /** A log that does not say by then whom nobody may call keeps no process from starting. */
    readonly patienceMs?: number;
  },
): Promise<AsyncDisposable> {
  const ended = new AbortController();
  const { signal } = ended;
  const { promise: heard, resolve: hear } = Promise.withResolvers<void>();
  let known: IsolatedTargets = {};

  function settle(next: IsolatedTargets): void {
    for (const [target, isolation] of Object.entries(next)) {
      if (known[target]?.since !== isolation.since) book.isolate(target, isolation);
    }
    for (const target of Object.keys(known)) if (!next[target]) book.release(target);
    known = next;
  }

  async function follow(): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        // A log that hangs keeps nobody from ending
        const after = await Promise.race([log.head(), time.aborted(signal)]) ?? undefined;
        if (signal.aborted) return;
        let next = isolatedTargets.initialState;
        for await (const page of log.read(stream, { signal })) {
          next = evolved(next, { events: page, logger });
        }
        settle(next);
        hear();
        const categories = [isolatedTargets.name];
        for await (const { events } of log.subscribe({ after, categories, signal })) {
          failures = 0;
          if (events.length > 0) settle(next = evolved(next, { events, logger }));
        }
      } catch (error) {
        // Whoever needs the log for more says so, and louder
        logger.debug("Cannot hear what is isolated, trying again", { error });
        await time.pause(time.backOffMs(++failures, { random: Math.random }), { signal });
      }
    }
  }
  const following = follow();
  const late = time.realClock.after(patienceMs, hear);
  await heard;
  late();
  return {
    async [Symbol.asyncDispose]() {
      ended.abort();
      await following;
    },
  };
}

function evolved(
  state: IsolatedTargets,
  { events, logger }: { readonly events: readonly Recorded[]; readonly logger: Log },
): IsolatedTargets {
  for (const recorded of events) {
    const event = isolatedTargets.events.decode(recorded);
    if (event) state = isolatedTargets.evolve(state, event);
    else if (isPassedOver(isolatedTargets.events, recorded)) {
      const { stream, revision, type } = recorded;
      logger.error("Cannot read whom nobody may call: going on without it", {
        ...{ stream, revision, type },
      });
    }
  }
  return state;
}
