import type { ServiceClient } from "@headwater/core";
import { bodyLimit, type EdgeContext, type EdgeRoutes, type PublicRoute } from "@headwater/http";
import { readBytes } from "@headwater/resilience";

/** They belong to one connection, or are set anew. */
const notForwarded = [
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Hands requests to the services under the same path. Only what is listed can be reached from outside. */
export function addForwarding(
  app: EdgeRoutes,
  { client, routes }: { readonly client: ServiceClient; readonly routes: readonly PublicRoute[] },
): void {
  for (const { method, path, service } of routes) {
    app.on(method, path, async (c) => {
      const target = path.replace(
        /:(\w+)/g,
        (_, name) => encodeURIComponent(c.req.param(name) ?? ""),
      );
      const { search } = new URL(c.req.url);
      return withoutConnectionHeaders(
        await client.call(service, await requestFor(c, `http://${service}${target}${search}`)),
      );
    });
  }
}

/** The client's request as a service gets it. */
export async function requestFor(c: EdgeContext, url: string): Promise<Request> {
  const { method, headers: given } = c.req.raw;
  const headers = new Headers(given);
  for (const name of notForwarded) headers.delete(name);
  headers.set("X-Correlation-Id", c.var.correlationId);
  const body = method === "GET" ? undefined : await readBytes(c.req.raw, bodyLimit);
  return new Request(url, { method, headers, ...(body !== undefined && { body }) });
}

function withoutConnectionHeaders(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const name of notForwarded) headers.delete(name);
  return new Response(response.body, { status: response.status, headers });
}
