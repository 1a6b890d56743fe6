import type { eventLog } from "@headwater/core";
import type { EventStore } from "../projected/event_store.ts";

/** Where an append is: one that wrote nothing to a stream without events has the log's end as its place. */
export function placeOf(appended: eventLog.Appended, store: EventStore): eventLog.Appended {
  return appended.revision < 0 ? { ...appended, position: store.head } : appended;
}
