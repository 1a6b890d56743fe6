import type { EventLog, Recorded } from "@headwater/core";

type Reads = Pick<EventLog, "read">;

/** Some events of a stream; none where it does not exist. */
export async function readStream(
  log: Reads,
  stream: string,
  options: NonNullable<Parameters<Reads["read"]>[1]>,
): Promise<readonly Recorded[]> {
  if (stream.startsWith("$")) return [];
  try {
    return (await Array.fromAsync(log.read(stream, options))).flat();
  } catch (error) {
    // A name that no stream can have has no events
    if (error instanceof TypeError || error instanceof RangeError) return [];
    throw error;
  }
}

/** One event of a stream; undefined: there is none. */
export async function readEvent(
  log: Reads,
  { stream, revision }: { readonly stream: string; readonly revision: number },
): Promise<Recorded | undefined> {
  const [event] = await readStream(log, stream, { from: revision, limit: 1 });
  return event?.revision === revision ? event : undefined;
}
