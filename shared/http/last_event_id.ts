import { readPosition } from "./read_position.ts";
import type { ServiceContext } from "./service_app.ts";

/**
 * The position after which a client that comes again goes on; undefined: it begins.
 * Errors: `BadInput`.
 */
export function lastEventId(c: Pick<ServiceContext, "req">): number | undefined {
  return readPosition(c, {
    header: "Last-Event-ID",
    message: "Must be the id of an event of this stream",
  });
}
