/** How much a peer may send before it is granted more: flow control's receiving end, of a stream or a connection. */
export class ReceiveWindow {
  /** Received and not granted again: it is either waiting or taken. */
  #used = 0;
  #taken = 0;

  constructor(readonly size: number) {}

  /** False: the peer sent more than it was granted. */
  receive(bytes: number): boolean {
    this.#used += bytes;
    return this.#used <= this.size;
  }

  /** What was received does not take memory any more. Returns what to grant the peer, many bytes at a time or 0. */
  take(bytes: number): number {
    this.#taken += bytes;
    if (this.#taken < this.size / 2) return 0;
    const granted = this.#taken;
    this.#used -= granted;
    this.#taken = 0;
    return granted;
  }
}
