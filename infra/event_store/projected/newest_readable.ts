import type { Log } from "@headwater/core";
import { contentText } from "../log/stored_event.ts";
import type { EventStore } from "./event_store.ts";

/** So many of the newest events, in search of one that can be read. */
const lookedAt = 32;

/**
 * What the newest event of one of the server's own streams says, by what `read` makes of its JSON. Anybody can write to
 * such a stream: what `read` throws at is passed over. Undefined: there is nothing that can be read.
 */
export async function newestReadable<Content>(
  store: EventStore,
  stream: string,
  { read, logger }: { readonly read: (content: unknown) => Content; readonly logger: Log },
): Promise<Content | undefined> {
  const range = { direction: "backwards", from: Infinity, limit: lookedAt } as const;
  const { events } = await store.readStream(stream, range);
  for (const { data, revision } of events) {
    try {
      return read(JSON.parse(contentText(data)));
    } catch (error) {
      logger.warn("An event of the server's own cannot be read", { stream, revision, error });
    }
  }
  return undefined;
}
