import type { Aggregate } from "./aggregate.ts";
import { AggregateStore } from "./aggregate_store.ts";
import type { CacheBudget } from "./cache.ts";
import type { DomainCommand, DomainEvent, Recorded } from "./event.ts";
import type { EventLog } from "./event_log.ts";
import { type CommandContext, handleCommand } from "./handle_command.ts";
import { silentTracer, type Span, type Tracer } from "./tracer.ts";

/** The aggregates of one kind, as the log has them. */
export type Repository<
  // deno-lint-ignore no-explicit-any -- as in `Aggregate`
  Command extends DomainCommand = any,
  // deno-lint-ignore no-explicit-any -- as above
  State = any,
> = {
  /** The aggregate as it is now. */
  load(id: string): Promise<{
    readonly state: State;
    /** Of the last event; -1: the stream does not exist. */
    readonly revision: number;
    /** Of the same event. */
    readonly position: number | undefined;
    /** The last event. */
    readonly last: Pick<Recorded, "id" | "type" | "metadata"> | undefined;
  }>;
  /**
   * The aggregate as it was when it was last seen here, all that was handled here included; what others appended since
   * may be missing. For who acts on it with what is harmless when done twice, and spares the log a question.
   */
  recall(id: string): ReturnType<Repository<Command, State>["load"]>;
  /**
   * Decides a command and appends its events, once for each command id.
   *
   * Errors: `Refusal`, `RevisionConflict` (after 5 lost races, or at once with an expected revision), those of the log.
   * After `Unavailable` or `DeadlineExceeded` the outcome is unknown: send the same command id again.
   */
  handle(
    command: Command,
    context: CommandContext,
    options?: {
      /** What must be the same when the command's id comes again; default: all of the command. */
      readonly content?: unknown;
      /**
       * Nobody decides on these streams otherwise than it is decided here: that nothing follows is then known without
       * asking the log. Default: false.
       */
      readonly isOnlyDecider?: boolean;
    },
  ): Promise<{
    /** Of the last event of this command; of the stream when it led to none. -1: the stream does not exist. */
    readonly revision: number;
    /** Of the same event. */
    readonly position: number | undefined;
  }>;
};

/** Opens the repository of an aggregate on a log. Folded states are kept in memory, as a baseline of what is read. */
export function repository<Command extends DomainCommand, Event extends DomainEvent, State>(
  aggregate: Aggregate<Command, Event, State>,
  { log, random, cacheBudget, tracer = silentTracer }: {
    readonly log: Pick<EventLog, "append" | "read">;
    /** Uniform in [0, 1), for the pause after a lost race. */
    random?(): number;
    /** What the folded states that are kept in memory are paid from; default: one of its own, of 64 MiB. */
    readonly cacheBudget?: CacheBudget;
    /** Each command is a span, which its events name in their metadata; default: nobody listens. */
    readonly tracer?: Tracer | undefined;
  },
): Repository<Command, State> {
  const store = new AggregateStore({
    log,
    decider: aggregate,
    events: aggregate.events,
    cacheBudget,
  });
  return {
    load: (id) => store.load(id),
    async recall(id) {
      const recalled = store.recall(store.streamOf(id));
      return recalled.revision === -1 ? await store.load(id) : recalled;
    },
    handle: (command, context, { content, isOnlyDecider } = {}) =>
      tracer.span({
        name: `handle ${command.type}`,
        parent: context.traceparent,
        attributes: {
          "headwater.command.id": context.commandId,
          "messaging.message.conversation_id": context.correlationId,
        },
      }, (span) =>
        handleCommand(store, {
          id: aggregate.id(command),
          context: contextIn(span, context),
          ...{ command, content, isOnlyDecider, random },
        })),
  };
}

/** What follows from its events follows from the span. */
function contextIn({ traceparent }: Span, context: CommandContext): CommandContext {
  return traceparent === undefined ? context : { ...context, traceparent };
}
