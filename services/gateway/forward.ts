import { readBytes } from "@headwater/resilience";
import { bodyLimit, type ServiceApp, type ServiceContext } from "@headwater/http";
import type { ServiceClient } from "@headwater/core";

export type Route = {
  readonly method: "GET" | "POST";
  /** As clients see it, with `:parameters`. */
  readonly path: string;
  readonly service: string;
  /** The service's own path; takes the same parameters. */
  readonly to: string;
};

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

/** Hands requests to the services. Only what is listed can be reached from outside. */
export function addForwarding(
  app: ServiceApp,
  { client, routes }: { readonly client: ServiceClient; readonly routes: readonly Route[] },
): void {
  for (const { method, path, service, to } of routes) {
    app.on(method, path, async (c) => {
      const target = to.replace(
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
export async function requestFor(c: ServiceContext, url: string): Promise<Request> {
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
