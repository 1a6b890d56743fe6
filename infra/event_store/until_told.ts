import process from "node:process";

/** Waiting for somebody to say that it is enough. */
export type UntilTold = Disposable & { readonly promise: Promise<void> };

/** What is one Ctrl-C for people may come twice: from the terminal, and passed on by whatever runs the command. */
const sameMs = 1_000;

/** Resolves at the first Ctrl-C, or when the system asks the process to end; a later one ends it at once. */
export function interrupted(): UntilTold {
  const { promise, resolve } = Promise.withResolvers<void>();
  let firstAt = Infinity;
  function interrupt(): void {
    const now = performance.now();
    if (now - firstAt > sameMs) process.exit(130);
    firstAt = Math.min(firstAt, now);
    resolve();
  }
  const signals: readonly NodeJS.Signals[] = process.platform === "win32"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM"];
  for (const name of signals) process.on(name, interrupt);
  return {
    promise,
    [Symbol.dispose]() {
      for (const name of signals) process.off(name, interrupt);
    },
  };
}

/** Resolves when the standard input closes: whoever started the process asks it to stop, or is gone. */
export function supervisorEnded(): UntilTold {
  const { promise, resolve } = Promise.withResolvers<void>();
  // It never says anything
  process.stdin.on("end", resolve).on("close", resolve).resume();
  return { promise, [Symbol.dispose]: () => void process.stdin.pause() };
}
