import { eventLog } from "@headwater/core";
import { keyLane, type Lane, laneText, type Letter, streamLane } from "./letter.ts";

/** More than so many parked keys, and it is the view that is at fault: it stops. */
export const mostParkedKeys = 1_000;

/** Which keys of a read model are parked, and the letters that the table does not have yet. */
export class ParkedKeys {
  readonly most: number;
  readonly #lanes = new Map<string, Lane>();
  #outstanding: Letter[] = [];
  #bytes = 0;

  constructor(most = mostParkedKeys) {
    this.most = most;
  }

  get count(): number {
    return this.#lanes.size;
  }

  has(lane: Lane): boolean {
    return this.#lanes.size > 0 && this.#lanes.has(laneText(lane));
  }

  /**
   * True where a row lacks events that are parked; of a stream whose keys are not known, that of its own name.
   * Undefined: any row.
   */
  concerns(key: string | undefined): boolean {
    if (this.#lanes.size === 0) return false;
    if (key === undefined) return true;
    if (this.has(keyLane(key)) || this.has(streamLane(key))) return true;
    return [...this.#lanes.values()].some(({ byStream, key: stream }) =>
      byStream && eventLog.idOf(stream) === key
    );
  }

  /** One letter more. */
  park(letter: Letter): void {
    this.hold([letter]);
    this.#outstanding.push(letter);
    this.#bytes += JSON.stringify(letter.recorded.data)?.length ?? 0;
  }

  /** Takes what the table has. */
  hold(lanes: readonly Lane[]): void {
    for (const { byStream, key } of lanes) {
      this.#lanes.set(laneText({ byStream, key }), { byStream, key });
    }
  }

  release(lane: Lane): void {
    this.#lanes.delete(laneText(lane));
  }

  /** Letters to be written, and about how much that is. */
  get outstanding(): readonly Letter[] {
    return this.#outstanding;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The table has them all now. */
  settle(): void {
    this.#outstanding = [];
    this.#bytes = 0;
  }

  clear(): void {
    this.#lanes.clear();
    this.settle();
  }
}
