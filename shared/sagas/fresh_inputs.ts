/**
 * Tells the inputs that came after all that others may have begun: nobody but this process can have sent what they lead
 * to. Others are earlier processes, and those that had a slice before.
 */
export class FreshInputs {
  /** Up to this position, what inputs lead to may have been begun by others. */
  #doubtfulTo: number;
  #takingOver = 0;

  /** `head`: of the log, after others had ended. */
  constructor(head: number | undefined) {
    this.#doubtfulTo = head ?? -1;
  }

  /**
   * Takes over what others had, which have ended: `work` gives the log's head, and resolves when all is driven that they
   * have begun. Where it fails nothing is fresh any more.
   */
  async takingOver(work: () => Promise<number | undefined>): Promise<void> {
    this.#takingOver++;
    const head = await work();
    this.#doubtfulTo = Math.max(this.#doubtfulTo, head ?? -1);
    this.#takingOver--;
  }

  includes({ position }: { readonly position: number }): boolean {
    return this.#takingOver === 0 && position > this.#doubtfulTo;
  }
}
