import type { ServiceClient } from "@headwater/core";
import {
  bodyLimit,
  edge,
  type EdgeContext,
  type EdgeRoutes,
  type PublicRoute,
} from "@headwater/http";
import { readBytes } from "@headwater/resilience";

/** Set anew for the next connection; a body that was waited for has come. */
const setAnew = ["accept-encoding", "content-length", "expect", "host"];

/** Hands requests to the services under the same path. Only what is listed can be reached from outside. */
export function addForwarding(
  app: EdgeRoutes,
  { client, routes, bodyMs }: {
    readonly client: ServiceClient;
    readonly routes: readonly PublicRoute[];
    readonly bodyMs?: number | undefined;
  },
): void {
  for (const { method, path, service } of routes) {
    app.on(method, path, async (c) => {
      const target = path.replace(
        /:(\w+)/g,
        (_, name) => encodeURIComponent(c.req.param(name) ?? ""),
      );
      const url = `http://${service}${target}${searchOf(c.req.url)}`;
      return edge.endToEnd(await client.call(service, await requestFor(c, { url, bodyMs })));
    });
  }
}

/** The client's request as a service gets it. */
export async function requestFor(
  c: EdgeContext,
  { url, bodyMs: mostMs }: { readonly url: string; readonly bodyMs?: number | undefined },
): Promise<Request> {
  const { method, headers: given } = c.req.raw;
  const headers = edge.endToEndHeaders(given);
  for (const name of setAnew) headers.delete(name);
  headers.set("X-Correlation-Id", c.var.correlationId);
  if (method !== "GET" && !headers.has("Idempotency-Key")) {
    // Whatever is behind us may have to send it again.
    headers.set("Idempotency-Key", c.env.newId());
  }
  const body = method === "GET" ? undefined : await readBytes(c.req.raw, bodyLimit, { mostMs });
  return new Request(url, { method, headers, ...(body !== undefined && { body }) });
}

/** As in `URL`, which takes longer; there is no fragment in what a client sends. */
function searchOf(url: string): string {
  const start = url.indexOf("?");
  return start < 0 ? "" : url.slice(start);
}
