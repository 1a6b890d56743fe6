import { categoryOf, type Recorded } from "@headwater/shared/domain/event";
import type { View } from "@headwater/shared/domain/view";

/** An event that concerns a view, and the row it belongs to. */
export type Keyed = { readonly key: string; readonly event: Recorded };

/**
 * Reads stored events as a view knows them. Undefined for what does not concern it, which includes types that its
 * release does not know. Throws when stored data does not fit its schema, and what `key` throws.
 */
export function viewDecoder(view: View): (recorded: Recorded) => Keyed | undefined {
  const schemas = new Map(view.reads.map((schema) => [schema.category, schema]));
  return (recorded) => {
    const event = schemas.get(categoryOf(recorded.stream))?.decode(recorded);
    const key = event && view.key(event);
    return event && key !== undefined ? { key, event } : undefined;
  };
}
