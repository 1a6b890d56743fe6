import type { Service, ServiceClient } from "@headwater/core";
import { secretHeader } from "@headwater/http";
import { inProcessClient } from "./in_process.ts";

/** Reaches what runs in this very process without a network, and all others by `others`. */
export function ownServiceFirst(
  others: ServiceClient,
  { own, secret }: {
    /** By name; it may be filled after the client is made. */
    readonly own: ReadonlyMap<string, Service>;
    /** Of the services, where they take one. */
    readonly secret: string | undefined;
  },
): ServiceClient {
  const client = inProcessClient(own);
  return {
    async call(name, request) {
      if (!own.has(name)) return await others.call(name, request);
      const headers = new Headers(request.headers);
      if (secret !== undefined) headers.set(secretHeader, secret);
      return await client.call(name, new Request(request, { headers }));
    },
  };
}
