import type { Log } from "@headwater/core";
import { z } from "zod";
import type { EventStore } from "./event_store.ts";
import { newestReadable } from "./newest_readable.ts";
import type { ProjectionState } from "./standard_projections.ts";

const rememberedSchema = z.object({
  enabled: z.boolean(),
  aborted: z.boolean(),
  position: z.int().min(0),
}).readonly();

type Remembered = z.infer<typeof rememberedSchema>;

/** Starts a standard projection here and now, and keeps that in the log. */
export async function startProjection(store: EventStore, name: string): Promise<void> {
  store.projections.start(name);
  await remember(store, name, { enabled: true, aborted: false, position: 0 });
}

/** Stops a standard projection here and now, and keeps that in the log. */
export async function stopProjection(
  store: EventStore,
  { name, ...state }: ProjectionState & { readonly name: string },
): Promise<void> {
  store.projections.stop(name, state);
  const aborted = state.status === "Aborted";
  await remember(store, name, { enabled: false, aborted, position: state.upTo });
}

/** Brings the standard projections back to where they were, where they are not started with the server. */
export async function recallProjections(store: EventStore, logger: Log): Promise<void> {
  for (const name of store.projections.names) {
    const newest = await newestReadable(store, streamOf(name), {
      read: (content) => rememberedSchema.parse(content),
      logger,
    });
    if (!newest) continue;
    if (newest.enabled) store.projections.start(name);
    else {
      const status = newest.aborted ? "Aborted" : "Stopped";
      store.projections.stop(name, { status, upTo: Math.min(newest.position, store.head) });
    }
  }
}

async function remember(store: EventStore, name: string, state: Remembered): Promise<void> {
  const data = JSON.stringify(state);
  await store.appendInternal(streamOf(name), [{ type: "$ProjectionUpdated", data }]);
}

/** The name is the original's. */
function streamOf(projection: string): string {
  return `$projections-${projection}`;
}
