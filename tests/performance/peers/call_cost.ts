/** What one call takes: microseconds, and bytes that are allocated. */
export type CallCost = readonly [micros: number, bytes: number];

/** Few enough that none of what a batch allocates is collected in most of them. */
const callsPerBatch = 500;

/**
 * The median of many batches of calls, one call after the other, for about `ms` milliseconds. A batch in which the heap
 * became smaller, because it was collected, says nothing of bytes.
 */
export async function callCost(call: () => Promise<unknown>, ms: number): Promise<CallCost> {
  const micros: number[] = [];
  const bytes: number[] = [];
  const end = performance.now() + ms;
  do {
    const heapBefore = Deno.memoryUsage().heapUsed;
    const begunAt = performance.now();
    for (let done = 0; done < callsPerBatch; done++) await call();
    micros.push((performance.now() - begunAt) / callsPerBatch * 1_000);
    const grown = Deno.memoryUsage().heapUsed - heapBefore;
    if (grown >= 0) bytes.push(grown / callsPerBatch);
    // The loop turns, as it does between requests
    await new Promise((resolve) => setTimeout(resolve, 0));
  } while (performance.now() < end);
  return [middle(micros), middle(bytes)];
}

function middle(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}
