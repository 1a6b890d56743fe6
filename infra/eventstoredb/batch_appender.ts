import { DeadlineExceeded, type eventLog, type time, Unavailable } from "@headwater/core";
import type streams from "@eventstore/db-client/generated/streams_pb.js";
import { atLeader } from "./at_leader.ts";
import { writtenPlace } from "./batch_append_answer.ts";
import { batchAppendRequests } from "./batch_append_request.ts";
import type { BatchAppendCall, EventStoreConnection } from "./event_store_connection.ts";
import { connectFailure, eventStoreFailure } from "./event_store_failure.ts";

export type BatchAppenderOptions = {
  readonly connection: EventStoreConnection;
  readonly clock: time.Clock;
  readonly deadlineMs: number;
};

type Waiting = PromiseWithResolvers<eventLog.Appended> & {
  readonly append: eventLog.CheckedAppend;
};

/** One call, which carries any number of appends until it breaks. */
type Line = {
  readonly opened: Promise<BatchAppendCall>;
  readonly waiting: Map<string, Waiting>;
  /** Counts what the server has said. */
  answers: number;
  failure: Error | undefined;
  /** Resolves when there is room again to write, or never will be. */
  room: PromiseWithResolvers<void> | undefined;
};

/** Sends appends over one shared call. Each has its own answer and its own deadline. */
export class BatchAppender {
  readonly #options: BatchAppenderOptions;
  #line: Line | undefined;

  constructor(options: BatchAppenderOptions) {
    this.#options = options;
  }

  /**
   * The place of the last event, written now or before: the server knows an append that is sent again, since its
   * expectation is exact. Errors: those of the port.
   */
  append(append: eventLog.CheckedAppend): Promise<eventLog.Appended> {
    return atLeader(this.#options.clock, () => this.#append(append));
  }

  async #append(append: eventLog.CheckedAppend): Promise<eventLog.Appended> {
    const { clock, deadlineMs } = this.#options;
    const id = crypto.randomUUID();
    const waiting: Waiting = { ...Promise.withResolvers<eventLog.Appended>(), append };
    const line = this.#line ??= this.#open();
    line.waiting.set(id, waiting);
    const before = line.answers;
    const cancelTimer = clock.after(deadlineMs, () => {
      waiting.reject(
        new DeadlineExceeded(
          `Cannot append to stream "${append.stream}": no answer within ${deadlineMs} ms`,
        ),
      );
      // Not one answer in all that time: what comes next is better sent over another call.
      if (line.answers === before) this.#break(line, new Unavailable("The server is silent"));
    });
    try {
      this.#send(line, { id, append }).catch((error) => this.#break(line, error));
      return await waiting.promise;
    } finally {
      cancelTimer();
      line.waiting.delete(id);
    }
  }

  #open(): Line {
    const line: Line = {
      opened: this.#options.connection.batchAppend({
        message: (response) => receive(line, response),
        over: (error) => this.#break(line, error ?? new Unavailable("The server ended the call")),
      }),
      waiting: new Map(),
      answers: 0,
      failure: undefined,
      room: undefined,
    };
    line.opened.then(
      (call) => call.on("drain", () => line.room?.resolve()),
      (error) => this.#break(line, connectFailure("Cannot reach the event store", error)),
    );
    return line;
  }

  async #send(
    line: Line,
    { id, append }: { readonly id: string; readonly append: eventLog.CheckedAppend },
  ): Promise<void> {
    const requests = batchAppendRequests(id, append);
    const call = await line.opened;
    for (const request of requests) {
      while (line.room) await line.room.promise;
      if (line.failure || !line.waiting.has(id)) return;
      if (call.write(request)) continue;
      line.room = Promise.withResolvers();
      line.room.promise.then(() => line.room = undefined);
    }
  }

  /** Whatever was sent over the line may have been written or not. */
  #break(line: Line, cause: unknown): void {
    if (line.failure) return;
    line.failure = cause instanceof Error ? cause : new Error(String(cause));
    if (this.#line === line) this.#line = undefined;
    for (const { reject, append } of line.waiting.values()) {
      reject(eventStoreFailure(`Cannot append to stream "${append.stream}"`, {
        error: line.failure,
        stream: append.stream,
      }));
    }
    line.waiting.clear();
    line.room?.resolve();
    line.opened.then((call) => call.cancel(), () => {});
  }
}

function receive(line: Line, response: streams.BatchAppendResp): void {
  line.answers++;
  const waiting = line.waiting.get(response.getCorrelationId()?.getString() ?? "");
  // It has been given up: whoever waited for it was told so.
  if (!waiting) return;
  try {
    waiting.resolve(writtenPlace(response, waiting.append));
  } catch (error) {
    waiting.reject(error);
  }
}
