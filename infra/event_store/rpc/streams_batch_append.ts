import { eventLog, type Log, Unavailable } from "@headwater/core";
import type { Outcome } from "../log/append_writer.ts";
import { type BatchAnswer, writeBatchResponse } from "./batch_append_response.ts";
import type { EventStore } from "../projected/event_store.ts";
import type { GrpcCall, Rpc } from "../grpc/grpc_call.ts";
import { GrpcError } from "../grpc/grpc_status.ts";
import {
  addEvents,
  type BatchChunk,
  beginBatch,
  type PendingBatch,
  readBatchChunk,
} from "./pending_batch.ts";
import { ProtobufWriter } from "../grpc/protobuf_writer.ts";
import { placeOf } from "./write_place.ts";

export type BatchAppendOptions = {
  readonly maxAppendBytes: number;
  /** A batch that is not written after so long is answered with a timeout. */
  readonly writeTimeoutMs: number;
  readonly logger: Log;
};

/** A client that has so many batches waiting for the disk is not listened to until some are answered. */
const maxSubmitted = 4_096;

/** `Streams.BatchAppend`: many batches interleaved, each answered once. */
export function streamsBatchAppend(store: EventStore, options: BatchAppendOptions): Rpc {
  return (call) => new BatchAppendCall(call, { store, options }).run();
}

class BatchAppendCall {
  readonly #call: GrpcCall;
  readonly #store: EventStore;
  readonly #options: BatchAppendOptions;
  readonly #writer = new ProtobufWriter();
  /** By correlation id, until they are answered. */
  readonly #pending = new Map<string, PendingBatch>();
  /** Answered before their last chunk came: what follows of them is dropped. */
  readonly #dropped = new Set<string>();
  #submitted = 0;
  #flushing = false;
  #whenFewer: PromiseWithResolvers<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wakesAt = Infinity;

  constructor(
    call: GrpcCall,
    { store, options }: { readonly store: EventStore; readonly options: BatchAppendOptions },
  ) {
    this.#call = call;
    this.#store = store;
    this.#options = options;
  }

  async run(): Promise<void> {
    try {
      await this.#call.receive((messages) => {
        for (const message of messages) this.#take(readBatchChunk(message));
        if (!this.#flush()) return this.#call.drained();
        if (this.#submitted >= maxSubmitted) return this.#fewerThan(maxSubmitted / 2);
        return undefined;
      });
      await this.#fewerThan(1);
    } finally {
      clearTimeout(this.#timer);
    }
  }

  #take(chunk: BatchChunk): void {
    const { key } = chunk;
    if (this.#dropped.has(key)) {
      if (chunk.isFinal) this.#dropped.delete(key);
      return;
    }
    const known = this.#pending.get(key);
    if (known?.isComplete) return;
    const batch = known ?? this.#begin(chunk);
    const problem = this.#problemOf(batch, chunk);
    if (problem) {
      if (!chunk.isFinal) this.#dropped.add(key);
      this.#answer(key, problem);
    } else if (chunk.isFinal) {
      batch.isComplete = true;
      void this.#submit(key, batch);
    }
  }

  #begin(chunk: BatchChunk): PendingBatch {
    const { writeTimeoutMs } = this.#options;
    const batch = beginBatch(chunk, { now: this.#store.now().getTime(), writeTimeoutMs });
    this.#pending.set(chunk.key, batch);
    this.#wakeAt(batch.deadline);
    return batch;
  }

  #problemOf(batch: PendingBatch, chunk: BatchChunk): BatchAnswer | undefined {
    const { maxAppendBytes } = this.#options;
    if (batch.expected === undefined || batch.stream === "" || batch.stream.includes("\0")) {
      const what = batch.expected === undefined ? "expected revision" : "stream's name";
      return { problem: "bad-request", message: `The ${what} is missing or cannot be used` };
    }
    if (batch.deadline <= this.#store.now().getTime()) return { problem: "timeout" };
    try {
      addEvents(batch, chunk);
    } catch (error) {
      if (!(error instanceof GrpcError)) throw error;
      return { problem: "bad-request", message: error.message };
    }
    if (batch.dataBytes > maxAppendBytes) return { problem: "too-large", maxAppendBytes };
    return undefined;
  }

  async #submit(key: string, { stream, expected, events }: PendingBatch): Promise<void> {
    this.#submitted++;
    try {
      const category = eventLog.categoryOf(stream);
      const outcome = await this.#store.append({ stream, category, expected: expected!, events });
      this.#answer(key, this.#answerOf(outcome));
    } catch (error) {
      const passes = error instanceof Unavailable;
      if (!passes) this.#options.logger.error("A batch was not written", { error });
      this.#answer(key, { problem: passes ? "not-ready" : "unknown" });
    }
    this.#flushSoon();
    this.#submitted--;
    this.#whenFewer?.resolve();
  }

  #answerOf(outcome: Outcome): BatchAnswer {
    if ("appended" in outcome) return { appended: placeOf(outcome.appended, this.#store) };
    if (outcome.refused === "deleted") return { problem: "deleted" };
    return { problem: "conflict", actual: outcome.actual };
  }

  /** Once: whoever comes later finds nothing pending. */
  #answer(key: string, answer: BatchAnswer): void {
    const batch = this.#pending.get(key);
    if (!batch) return;
    this.#pending.delete(key);
    writeBatchResponse(this.#writer, { batch, answer });
  }

  /** After all answers of the same commit: one write for all of them. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): boolean {
    return this.#writer.length === 0 || this.#call.write(this.#writer.take());
  }

  async #fewerThan(limit: number): Promise<void> {
    while (this.#submitted >= limit) {
      this.#whenFewer ??= Promise.withResolvers();
      await this.#whenFewer.promise;
      this.#whenFewer = undefined;
    }
  }

  /** One timer for all, set for the first deadline: most batches are answered long before. */
  #wakeAt(deadline: number): void {
    if (deadline >= this.#wakesAt) return;
    this.#wakesAt = deadline;
    clearTimeout(this.#timer);
    const now = this.#store.now().getTime();
    this.#timer = setTimeout(() => this.#answerLate(), Math.max(1, Math.ceil(deadline - now)));
  }

  #answerLate(): void {
    this.#wakesAt = Infinity;
    const now = this.#store.now().getTime();
    for (const [key, { deadline, isComplete }] of [...this.#pending]) {
      if (deadline > now) {
        this.#wakeAt(deadline);
      } else {
        if (!isComplete) this.#dropped.add(key);
        this.#answer(key, { problem: "timeout" });
      }
    }
    this.#flush();
  }
}
