/**
 * Ctrl-C, or the system's asking the process to end.
 * @internal
 */
export type Interruption = Disposable & {
  /** Aborts at the first one. */
  readonly signal: AbortSignal;
};

/** What is one Ctrl-C for people may come twice: from the terminal, and passed on by `deno task`. */
const sameMs = 1_000;

/** Listens until it is disposed. A second signal, whoever sends it, ends the process at once, with code 1. */
export function listenForInterruption(
  { exit = Deno.exit, now = () => performance.now() }: {
    exit?(code: number): void;
    now?(): number;
  } = {},
): Interruption {
  const controller = new AbortController();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  let firstAt = Infinity;

  function interrupt(): void {
    const at = now();
    if (at - firstAt > sameMs) exit(1);
    firstAt = Math.min(firstAt, at);
    controller.abort(new Error("Cannot go on: interrupted"));
  }
  for (const name of signals) Deno.addSignalListener(name, interrupt);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of signals) Deno.removeSignalListener(name, interrupt);
    },
  };
}
