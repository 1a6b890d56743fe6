import { type Appended, type NewEvent, RevisionConflict } from "./event_log.ts";
import type { AggregateStore, Loaded } from "./aggregate_store.ts";
import { derivedId } from "./derived_id.ts";
import type { DomainCommand, DomainEvent } from "./event.ts";
import { fingerprint } from "./fingerprint.ts";
import { backOffMs, pause } from "./time.ts";
import { Refusal } from "./refusal.ts";

/** Where a command comes from. */
export type CommandContext = {
  /** UUID. The same id again gives the original result; with other content it is refused. */
  readonly commandId: string;
  readonly correlationId: string;
  /** The event or command this one follows from; default: the command itself. */
  readonly causationId?: string;
  readonly actor?: string;
  readonly traceparent?: string;
  /** The caller's If-Match: the command fails at once when the stream is not there, or not at (one of) these. */
  readonly expectedRevision?: number | readonly number[] | "exists";
};

export type Handled = {
  /** Of the last event of this command; of the stream when it led to none. -1: the stream does not exist. */
  readonly revision: number;
  /** Of the same event. */
  readonly position: number | undefined;
};

export type CommandRequest<Command extends DomainCommand> = {
  /** Of the aggregate, without its category. */
  readonly id: string;
  readonly command: Command;
  readonly context: CommandContext;
  /** What must be the same when the command's id comes again; default: all of the command. */
  readonly content?: unknown;
  /**
   * Nobody else decides on this stream otherwise than it is decided here: where something is known of it, that nothing
   * follows from that is true, and the log is not asked. Default: false.
   */
  readonly isOnlyDecider?: boolean | undefined;
  /** Uniform in [0, 1), for the pause after a lost race. */
  readonly random?: () => number;
};

const tries = 5;
const pauses = { leastMs: 5, firstMs: 5, longestMs: 100 };

/**
 * Decides on what is known of the stream and appends at its revision. What is known may be behind the log: then the
 * append meets with a conflict, or there was nothing to append, and it is decided again on what the log then holds:
 * 5 tries, from the third on after pauses of full jitter, unless the caller sent If-Match.
 *
 * Errors: `Refusal`, `RevisionConflict`, and those of the log. After `Unavailable` or `DeadlineExceeded` the outcome is
 * unknown: send the same command id again.
 */
export async function handleCommand<
  Command extends DomainCommand,
  Event extends DomainEvent,
  State,
>(
  store: AggregateStore<Command, Event, State>,
  request: CommandRequest<Command>,
): Promise<Handled> {
  const stream = store.streamOf(request.id);
  const hash = fingerprint(request.content ?? request.command);
  const random = request.random ?? Math.random;
  for (let attempt = 1;; attempt++) {
    const work = { ...request, stream, hash, mayRecall: attempt === 1 };
    try {
      return await store.exclusive(stream, () => decideOnce(store, work));
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
      if (!mayBeDecidedAgain(error, request.context) || attempt === tries) throw error;
      // Lost again: what was folded may stem from a stream that has since been deleted and begun anew.
      if (attempt > 1) store.forget(stream);
    }
    if (attempt > 1) await pause(backOffMs(attempt, { random, ...pauses }));
  }
}

type Work<Command extends DomainCommand> = CommandRequest<Command> & {
  readonly stream: string;
  readonly hash: string;
  /** What is known of the stream may be decided on. */
  readonly mayRecall: boolean;
};

async function decideOnce<Command extends DomainCommand, Event extends DomainEvent, State>(
  store: AggregateStore<Command, Event, State>,
  work: Work<Command>,
): Promise<Handled> {
  const { stream } = work;
  if (work.mayRecall && work.context.expectedRevision === undefined) {
    const handled = await handleRecalled(store, store.recall(stream), work);
    if (handled) return handled;
  }
  return await handleLoaded(store, await store.refresh(stream), work);
}

/** Undefined: only the log can tell, for a request that is fulfilled or refused may no longer be, or not have been yet. */
async function handleRecalled<Command extends DomainCommand, Event extends DomainEvent, State>(
  store: AggregateStore<Command, Event, State>,
  recalled: Loaded<State>,
  { command, context, hash, isOnlyDecider = false }: Work<Command>,
): Promise<Handled | undefined> {
  const original = recalled.commands.get(context.commandId);
  if (original) return repeat(original, hash, context);
  let events: readonly NewEvent[];
  try {
    events = newEvents(store, store.decider.decide(command, recalled.state), { context, hash });
  } catch {
    // It is decided again, and what is thrown then counts.
    return undefined;
  }
  if (events.length > 0) return await append(store, recalled, events);
  const { revision, position } = recalled;
  return isOnlyDecider && revision >= 0 ? { revision, position } : undefined;
}

async function handleLoaded<Command extends DomainCommand, Event extends DomainEvent, State>(
  store: AggregateStore<Command, Event, State>,
  loaded: Loaded<State>,
  { command, context, hash }: Work<Command>,
): Promise<Handled> {
  const original = loaded.commands.get(context.commandId);
  if (original) return repeat(original, hash, context);

  const { stream } = loaded;
  const { expectedRevision } = context;
  const exists = loaded.revision >= 0;
  if (expectedRevision !== undefined && exists && !includes(expectedRevision, loaded.revision)) {
    throw new RevisionConflict(stream, expectedRevision, loaded.revision);
  }
  const events = newEvents(store, store.decider.decide(command, loaded.state), { context, hash });
  if (expectedRevision !== undefined && !exists) {
    throw new RevisionConflict(stream, expectedRevision, undefined);
  }
  if (events.length === 0) {
    return { revision: loaded.revision, position: loaded.position };
  }
  try {
    return await append(store, loaded, events);
  } catch (error) {
    if (!(error instanceof RevisionConflict) || expectedRevision === undefined) throw error;
    // It will not be decided again; but what won the race may be known under this very id.
    const { commands } = await store.refresh(stream);
    const rival = commands.get(context.commandId);
    if (!rival) throw error;
    return repeat(rival, hash, context);
  }
}

function mayBeDecidedAgain(
  { actual }: RevisionConflict,
  { expectedRevision }: CommandContext,
): boolean {
  return expectedRevision === undefined || (expectedRevision === "exists" && actual !== undefined);
}

function includes(
  expected: NonNullable<CommandContext["expectedRevision"]>,
  revision: number,
): boolean {
  return expected === "exists" || [expected].flat().includes(revision);
}

async function append<Command extends DomainCommand, Event extends DomainEvent, State>(
  store: AggregateStore<Command, Event, State>,
  loaded: Loaded<State>,
  events: readonly NewEvent[],
): Promise<Appended> {
  const appended = await store.log.append(loaded.stream, events, {
    expected: loaded.revision === -1 ? "no-stream" : loaded.revision,
  });
  store.add(loaded, events, appended);
  return appended;
}

function newEvents<Command extends DomainCommand, Event extends DomainEvent, State>(
  store: AggregateStore<Command, Event, State>,
  decided: readonly Event[],
  { context, hash }: { readonly context: CommandContext; readonly hash: string },
): NewEvent[] {
  return decided.map((event, index) => {
    const { type, data, schemaVersion } = store.events.encode(event);
    const text = JSON.stringify(data);
    return {
      // To the log, events of the same ids at the same place are the same append. So the ids tell apart what was asked
      // and what it led to: the same command handled twice at once gets its first result from the log, another one
      // under the same id, or one that another release decided otherwise, loses the race.
      id: derivedId(context.commandId, hash, decided.length, index, text),
      type,
      // As the log will give it back, and nobody else's
      data: JSON.parse(text),
      metadata: {
        $correlationId: context.correlationId,
        $causationId: context.causationId ?? context.commandId,
        commandId: context.commandId,
        commandHash: hash,
        schemaVersion,
        ...(context.actor !== undefined && { actor: context.actor }),
        ...(context.traceparent !== undefined && { traceparent: context.traceparent }),
      },
    };
  });
}

function repeat(
  original: { hash: string; revision: number; position: number },
  hash: string,
  context: CommandContext,
): Handled {
  if (original.hash !== hash) {
    throw new Refusal(
      "idempotency-key-reused",
      `Cannot handle command "${context.commandId}": the same id was used for another command`,
    );
  }
  return { revision: original.revision, position: original.position };
}
