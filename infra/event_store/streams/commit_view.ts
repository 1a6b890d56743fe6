import type { StoredEvent } from "../log/stored_event.ts";
import { type EventFilter, isHidden } from "./event_filter.ts";

/** The events of one commit as the subscriptions to the whole log see them: what many of them ask is found out once. */
export class CommitView {
  /** What they are shown, in order. */
  readonly visible: readonly StoredEvent[];
  readonly first: number;
  readonly last: number;
  readonly #chosen = new Map<string, readonly StoredEvent[]>();

  /** There is at least one event. */
  constructor(events: readonly StoredEvent[]) {
    this.visible = events.some(({ stream }) => isHidden(stream))
      ? events.filter(({ stream }) => !isHidden(stream))
      : events;
    this.first = events[0]!.position;
    this.last = events.at(-1)!.position;
  }

  /** Those that a filter lets through. */
  chosenBy(filter: EventFilter): readonly StoredEvent[] {
    let chosen = this.#chosen.get(filter.key);
    if (!chosen) {
      const { by } = filter;
      chosen = this.visible.filter((event) => filter.matches(event[by]));
      this.#chosen.set(filter.key, chosen);
    }
    return chosen;
  }
}
