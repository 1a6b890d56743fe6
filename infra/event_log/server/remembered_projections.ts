import { contentText } from "../stored_event.ts";
import type { EventStore } from "./event_store.ts";
import type { ProjectionState } from "./standard_projections.ts";

type Remembered = {
  readonly enabled: boolean;
  readonly aborted: boolean;
  readonly position: number;
};

/** Starts a standard projection, and keeps in the log that it runs. */
export async function startProjection(store: EventStore, name: string): Promise<void> {
  await remember(store, name, { enabled: true, aborted: false, position: 0 });
  store.projections.start(name);
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
export async function recallProjections(store: EventStore): Promise<void> {
  for (const name of store.projections.names) {
    const { events: [newest] } = await store.readStream(streamOf(name), {
      direction: "backwards",
      from: Infinity,
      limit: 1,
    });
    if (!newest) continue;
    const { enabled, aborted, position }: Remembered = JSON.parse(contentText(newest.data));
    if (enabled) store.projections.start(name);
    else {
      const status = aborted ? "Aborted" : "Stopped";
      store.projections.stop(name, { status, upTo: position });
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
