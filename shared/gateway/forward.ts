import type { ServiceClient } from "@headwater/core";
import { edge, type EdgeContext, type PublicRoute } from "@headwater/http";
import { bodyLimit } from "@headwater/resilience";
import { askedRoute, pathFilling } from "./routing/asked_route.ts";
import { addIdentity, passedOnHeaders } from "./passed_on_headers.ts";
import type { SideTarget } from "./strangler/strangle.ts";

/** How services are asked. */
export type Asking = {
  readonly client: ServiceClient;
  /** For what is asked in the shadow: what becomes of that counts neither for nor against a service. */
  readonly bareClient: ServiceClient;
  /** Milliseconds that a body may take to come in. */
  readonly bodyMs: number;
};

/** Who answers a service's route. */
export function serviceTarget(
  { method, path, service, declared }: PublicRoute,
  { client, bareClient, bodyMs }: Asking,
): SideTarget {
  const urlOf = pathFilling(`http://${service}${path}`);
  return {
    async answer(c, asked = {}) {
      const url = urlOf(askedRoute(c)?.params) + searchOf(c.req.url);
      const request = await requestFor(c, { url, bodyMs, ...asked });
      const answer = await (asked.shadow ? bareClient : client).call(service, request);
      // What is declared to be kept, whoever keeps it speaks of
      if (!declared.cache) forbidKeeping(answer, method);
      return answer;
    },
  };
}

/** Whose the data are is not known to caches: what says nothing is kept by none, or asked for anew where it can be. */
function forbidKeeping({ headers }: Response, method: string): void {
  if (headers.has("Cache-Control")) return;
  headers.set("Cache-Control", method === "GET" && headers.has("ETag") ? "no-cache" : "no-store");
}

/** The client's request as a service gets it. */
async function requestFor(
  c: EdgeContext,
  { url, bodyMs: mostMs, body: given, shadow: signal }: {
    readonly url: string;
    readonly bodyMs?: number | undefined;
    /** Where somebody has read it already. */
    readonly body?: Uint8Array<ArrayBuffer> | undefined;
    /** Of one that is sent to compare, until this aborts. */
    readonly shadow?: AbortSignal | undefined;
  },
): Promise<Request> {
  const { method } = c.req.raw;
  const body = method === "GET"
    ? undefined
    : given ?? await edge.clientBody(c, bodyLimit, { mostMs });
  // As short as it can be said: Deno goes through all that there might be in its options
  const request = method === "GET"
    ? new Request(url, signal && { signal })
    : new Request(url, { method, ...body && { body }, ...signal && { signal } });
  // Into its own, which costs half of what it takes to make a request of others
  const headers = passedOnHeaders(c, request.headers);
  addIdentity(headers, c);
  if (signal) headers.set("X-Shadow", "1");
  if (method !== "GET" && !headers.has("Idempotency-Key")) {
    // Whatever is behind us may have to send it again.
    headers.set("Idempotency-Key", c.env.newId());
  }
  return request;
}

/** As in `URL`, which takes longer; there is no fragment in what a client sends. */
function searchOf(url: string): string {
  const start = url.indexOf("?");
  return start < 0 ? "" : url.slice(start);
}
