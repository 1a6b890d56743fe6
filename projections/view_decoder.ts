import { categoryOf, type Recorded, type View } from "@headwater/core";

/**
 * Reads stored events as a view knows them. Undefined for a type that its release does not know.
 * Throws when stored data does not fit its schema.
 */
export function viewDecoder(view: View): (recorded: Recorded) => Recorded | undefined {
  const schemas = new Map(view.reads.map((schema) => [schema.category, schema]));
  return (recorded) => schemas.get(categoryOf(recorded.stream))?.decode(recorded);
}
