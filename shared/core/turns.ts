/** Lets what concerns the same stream happen one after the other; other streams do not wait. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs `task` when everything given before for this stream is done, however it ended. */
  async take<Result>(stream: string, task: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(stream);
    const { promise: turn, resolve: done } = Promise.withResolvers<void>();
    this.#last.set(stream, turn);
    try {
      await before;
      return await task();
    } finally {
      done();
      if (this.#last.get(stream) === turn) this.#last.delete(stream);
    }
  }
}
