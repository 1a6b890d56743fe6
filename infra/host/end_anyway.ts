/** What people are promised is 5 s, on a busy machine too. */
const longestMs = 4_200;

/**
 * Ends the process a while after `signal`, whatever still hangs by then: every step of stopping is bounded, but together
 * they may take too long where several things hang. What is embedded ends with us, and makes good at the next start what it could not write.
 */
export function endAnyway(
  signal: AbortSignal,
  { print, exit, ms = longestMs }: {
    print(line: string): void;
    exit(): void;
    readonly ms?: number;
  },
): Disposable {
  let timer: ReturnType<typeof setTimeout> | undefined;
  function begin(): void {
    timer = setTimeout(() => {
      print("Stopped without waiting any longer for what does not end");
      exit();
    }, ms);
  }
  if (signal.aborted) begin();
  else signal.addEventListener("abort", begin, { once: true });
  return {
    [Symbol.dispose]() {
      signal.removeEventListener("abort", begin);
      clearTimeout(timer);
    },
  };
}
