import type { EventLog } from "@headwater/core";

/** The position of the last event before a time, in milliseconds since 1970; 0: there is none. Positions grow with time, so that it takes one read for each halving of the log. */
export async function positionAt(
  log: Pick<EventLog, "head" | "readAll">,
  atMs: number,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<number> {
  let [low, high] = [0, await log.head() ?? 0];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const options = { after: middle, limit: 1, ...(signal && { signal }) };
    const [event] = (await Array.fromAsync(log.readAll(options))).flat();
    if (event && Date.parse(event.recordedAt) < atMs) low = event.position;
    else high = middle;
  }
  return low;
}
