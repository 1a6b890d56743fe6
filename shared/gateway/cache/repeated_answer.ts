import { WholeAnswer } from "@headwater/resilience";

/** Bytes that a body was packed to, once somebody has wanted it so. */
export type PackedOnce = { bytes?: Uint8Array<ArrayBuffer> };

/** One whose body is given again and again: `once` is to be the same for each answer with it. */
export class RepeatedAnswer extends WholeAnswer {
  readonly once: PackedOnce;

  constructor(body: string, once: PackedOnce) {
    super(body);
    this.once = once;
  }
}
