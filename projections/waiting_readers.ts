import { Unavailable } from "@headwater/core";
import type { Happening, ReadModelState, ReadModelWait, Todo } from "./worker_state.ts";

type Answered = Extract<Todo, { type: "answer" }>;

/** Those who wait for a position of a read model, until its worker answers them. */
export class WaitingReaders {
  readonly #waiting = new Map<number, (answer: Answered["answer"]) => void>();
  readonly #happened: (happened: Happening) => void;
  #asked = 0;

  /** `happened`: tells the worker. */
  constructor(happened: (happened: Happening) => void) {
    this.#happened = happened;
  }

  answer({ id, answer }: Answered): void {
    this.#waiting.get(id)!(answer);
    this.#waiting.delete(id);
  }

  /** `"elsewhere"`: its generation is not what is read, or not any more. */
  async wait({ position, waitMs, signal }: ReadModelWait): Promise<ReadModelState | "elsewhere"> {
    signal?.throwIfAborted();
    const id = ++this.#asked;
    const { promise, resolve, reject } = Promise.withResolvers<ReadModelState | "elsewhere">();
    const giveUp = () => this.#happened({ type: "late", id });
    const abort = () => {
      reject(signal!.reason);
      giveUp();
    };
    this.#waiting.set(id, (answer) => {
      if (answer instanceof Unavailable) reject(answer);
      else resolve(answer);
    });
    this.#happened({ type: "asked", id, position });
    const timer = setTimeout(giveUp, waitMs);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }
}
