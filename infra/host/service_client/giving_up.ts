import { time } from "@headwater/core";

/**
 * When a call is of no use any more: whoever has sent the request hangs up, or what it is part of is out of time. That is
 * looked up where it stands: to tie the signal of each request to it takes Deno as long as to make the request.
 */
export class GivingUp {
  readonly #signals: readonly AbortSignal[];

  private constructor(signals: readonly AbortSignal[]) {
    this.#signals = signals;
  }

  /** Of a call that begins now. */
  static of({ signal }: { readonly signal: AbortSignal }): GivingUp {
    const deadline = time.currentDeadline()?.signal;
    return new GivingUp(deadline && deadline !== signal ? [signal, deadline] : [signal]);
  }

  get isDue(): boolean {
    return this.#signals.some(({ aborted }) => aborted);
  }

  get reason(): unknown {
    return this.#signals.find(({ aborted }) => aborted)?.reason;
  }

  throwIfDue(): void {
    for (const signal of this.#signals) signal.throwIfAborted();
  }

  /** Calls it when it comes to that, until `forget`; it is not said again what is so already. */
  heed(act: () => void): void {
    for (const signal of this.#signals) signal.addEventListener("abort", act);
  }

  forget(act: () => void): void {
    for (const signal of this.#signals) signal.removeEventListener("abort", act);
  }
}
