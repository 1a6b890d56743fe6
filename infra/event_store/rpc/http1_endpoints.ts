import type { IncomingMessage, ServerResponse } from "node:http";
import { serverVersion } from "./server_features.ts";
import type { ServerStats } from "./server_stats.ts";
import type { HttpHandler } from "../grpc/shared_port.ts";

export type Http1EndpointsOptions = {
  /** Whether calls are served; a server that is starting or stopping is not. */
  readonly ready: () => boolean;
  /** Whether projections can be managed. */
  readonly projections: boolean;
  readonly stats: ServerStats;
};

const paths: ReadonlySet<string> = new Set(["/health/live", "/ping", "/info", "/stats"]);

/** What the original answers over HTTP/1.1 to those who watch it; its AtomPub interface is not here. */
export function http1Endpoints({ ready, projections, stats }: Http1EndpointsOptions): HttpHandler {
  return (request, response) => {
    const url = URL.parse(request.url ?? "/", "http://localhost");
    if (!url) return end(response, 400);
    const { pathname, searchParams } = url;
    if (!paths.has(pathname)) return end(response, 404);
    if (request.method !== "GET" && request.method !== "HEAD") return end(response, 405);
    if (pathname === "/health/live") {
      const liveCode = Number(searchParams.get("liveCode") ?? 204);
      return end(response, ready() ? validStatus(liveCode) : 503);
    }
    if (pathname === "/ping") {
      return endJson(request, response, {
        msgTypeId: 0,
        text: "Ping request successfully handled",
      });
    }
    if (pathname === "/info") {
      return endJson(request, response, {
        esVersion: `${serverVersion}.0`,
        state: ready() ? "leader" : "initializing",
        features: { projections, userManagement: false, atomPub: false },
        authentication: { type: "insecure", properties: {} },
      });
    }
    endJson(request, response, stats());
  };
}

function validStatus(status: number): number {
  return Number.isInteger(status) && status >= 200 && status <= 599 ? status : 204;
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, status === 204 ? {} : { "content-length": "0" }).end();
}

function endJson(request: IncomingMessage, response: ServerResponse, body: object): void {
  const text = JSON.stringify(body, null, 2);
  response.writeHead(200, {
    "content-type": "application/json; charset=utf-8",
    "content-length": String(new TextEncoder().encode(text).length),
  });
  response.end(request.method === "HEAD" ? undefined : text);
}
