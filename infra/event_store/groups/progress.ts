export type CheckpointSettings = {
  /** 0: never because of the time. */
  readonly checkpointAfterMs: number;
  readonly minCheckpointCount: number;
  readonly maxCheckpointCount: number;
};

/**
 * How far a group is with its source, which is what a checkpoint says: never beyond an event that is not done with, nor
 * one that was not looked at.
 */
export class Progress {
  readonly #settings: CheckpointSettings;
  /** What is not done with, in the order of the source, by how many events were looked at before; the place before each. */
  readonly #unfinished = new Map<number, number | undefined>();
  #considered = 0;
  /** Of the last event that was looked at. */
  #place: number | undefined;
  #checkpointed = 0;
  #checkpointedAt = -Infinity;

  constructor(settings: CheckpointSettings) {
    this.#settings = settings;
  }

  /** An event that is to be delivered; the result is for `finish`. */
  begin(place: number): number {
    const sequence = this.#considered++;
    this.#unfinished.set(sequence, this.#place);
    this.#place = place;
    return sequence;
  }

  /** Events up to `place` that nobody wants. */
  pass(place: number, count: number): void {
    this.#considered += count;
    this.#place = place;
  }

  finish(sequence: number): void {
    this.#unfinished.delete(sequence);
  }

  /** The checkpoint to be written now; `undefined`: none. */
  due(now: number, { isTick }: { readonly isTick: boolean }): number | undefined {
    const { checkpointAfterMs, minCheckpointCount, maxCheckpointCount } = this.#settings;
    const [lowest] = this.#unfinished;
    const [done, place] = lowest ?? [this.#considered, this.#place];
    const count = done - this.#checkpointed;
    if (count <= 0 || place === undefined) return undefined;
    const isTime = isTick && checkpointAfterMs > 0 &&
      now - this.#checkpointedAt >= checkpointAfterMs;
    if (count < maxCheckpointCount && !(isTime && count >= minCheckpointCount)) return undefined;
    this.#checkpointed = done;
    this.#checkpointedAt = now;
    return place;
  }
}
