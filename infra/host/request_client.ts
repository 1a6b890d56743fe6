import type { machine, ServiceClient } from "@headwater/core";
import {
  type calls,
  createResilientClient,
  meteredClient,
  type ResilientClient,
} from "@headwater/resilience";

/** A guarded client for calls on behalf of requests: they are counted as such, and the book shows them to operators. */
export function requestClient(
  bareClient: ServiceClient,
  { settingsOf, meter, book }: {
    readonly settingsOf?: calls.SettingsOf | undefined;
    readonly meter: machine.Meter;
    readonly book: calls.CallBook;
  },
): ResilientClient {
  const guarded = createResilientClient(bareClient, {
    ...(settingsOf && { settingsOf }),
    // As all of our own do
    innerHeedsDeadline: true,
  });
  return meteredClient(guarded, { caller: "requests", meter, book });
}
