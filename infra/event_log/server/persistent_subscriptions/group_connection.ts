import type { GrpcCall } from "../grpc_call.ts";
import type { GrpcError } from "../grpc_status.ts";
import { ProtobufWriter } from "../protobuf_writer.ts";
import { type UuidForm, writeConfirmation } from "../read_response.ts";
import { ConsumerStatistics } from "./consumer_statistics.ts";
import type { Consumer, Message } from "./message.ts";
import { writeMessage } from "./read_message.ts";

export type GroupConnectionOptions = {
  readonly call: GrpcCall;
  /** The subscription's. */
  readonly id: string;
  readonly bufferSize: number;
  readonly uuidForm: UuidForm;
};

/** A client that takes messages of a group. */
export class GroupConnection {
  readonly consumer: Consumer;
  readonly statistics: ConsumerStatistics;
  readonly call: GrpcCall;
  readonly #id: string;
  readonly #uuidForm: UuidForm;
  readonly #hasRoom: () => void;
  readonly #writer = new ProtobufWriter();
  readonly #ended = Promise.withResolvers<never>();
  #isFlushing = false;

  /** `hasRoom` is called when the client takes more again. */
  constructor(
    consumer: Consumer,
    { call, id, uuidForm, tracksLatency, hasRoom }: GroupConnectionOptions & {
      readonly tracksLatency: boolean;
      readonly hasRoom: () => void;
    },
  ) {
    this.consumer = consumer;
    this.call = call;
    this.statistics = new ConsumerStatistics({ tracksLatency });
    this.#id = id;
    this.#uuidForm = uuidForm;
    this.#hasRoom = hasRoom;
    // Whoever waits for it hears of it
    this.#ended.promise.catch(() => {});
  }

  /** Rejects with what ends the call. */
  get ended(): Promise<never> {
    return this.#ended.promise;
  }

  confirm(): void {
    writeConfirmation(this.#writer, this.#id);
    this.#flushSoon();
  }

  send(message: { readonly message: Message; readonly retries: number }): void {
    this.statistics.sent();
    writeMessage(this.#writer, { ...message, uuidForm: this.#uuidForm });
    this.#flushSoon();
  }

  drop(reason: GrpcError): void {
    this.#ended.reject(reason);
  }

  /** What is sent in one turn of the event loop goes out together. */
  #flushSoon(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      if (!this.call.write(this.#writer.take())) void this.#waitForRoom();
    });
  }

  /** While the client does not read, others get what comes. */
  async #waitForRoom(): Promise<void> {
    if (this.consumer.isBlocked) return;
    this.consumer.isBlocked = true;
    try {
      await this.call.drained();
    } catch (error) {
      return this.#ended.reject(error);
    }
    this.consumer.isBlocked = false;
    this.#hasRoom();
  }
}
