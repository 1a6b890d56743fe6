import type { Service, ServiceClient } from "@headwater/core";
import { secretHeader } from "@headwater/http";
import type { ServiceProof } from "@headwater/identity";
import { inProcessClient } from "./in_process.ts";

/** Reaches what runs in this very process without a network, and all others by `others`. */
export function ownServiceFirst(
  others: ServiceClient,
  { own, proof }: {
    /** By name; it may be filled after the client is made. */
    readonly own: ReadonlyMap<string, Service>;
    /** What each service is shown, where they want to be shown something. */
    readonly proof: ServiceProof | undefined;
  },
): ServiceClient {
  const client = inProcessClient(own);
  return {
    async call(name, request) {
      if (!own.has(name)) return await others.call(name, request);
      const headers = new Headers(request.headers);
      if (proof) headers.set(secretHeader, await proof(name));
      return await client.call(name, new Request(request, { headers }));
    },
  };
}
