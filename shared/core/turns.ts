/** Lets what concerns the same stream happen one after the other; other streams do not wait. */
export class Turns {
  /** Those that wait, by the stream that has a task under way. */
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Runs `task` when everything given before for this stream is done, however it ended. */
  async take<Result>(stream: string, task: () => Promise<Result>): Promise<Result> {
    const waiting = this.#waiting.get(stream);
    if (waiting) await new Promise<void>((begin) => waiting.push(begin));
    else this.#waiting.set(stream, []);
    try {
      return await task();
    } finally {
      const next = this.#waiting.get(stream)!.shift();
      if (next) next();
      else this.#waiting.delete(stream);
    }
  }
}
