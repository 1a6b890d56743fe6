import type { Recorded } from "./event.ts";

const known = new WeakMap<Recorded, Uint8Array>();

/** What an event has for data that is no JSON, as it is stored: `data` is null then. Undefined: it has none of that. */
export function bytesOf(event: Recorded): Uint8Array | undefined {
  return known.get(event);
}

/** For adapters, which read what others wrote. Beside the event, so that all that goes through events is JSON. */
export function noteBytes(event: Recorded, bytes: Uint8Array): Recorded {
  known.set(event, bytes);
  return event;
}
