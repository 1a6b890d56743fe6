import type { IncomingMessage, ServerResponse } from "node:http";
import { type Log, Unavailable } from "@headwater/core";
import type { Scavenges } from "./scavenges.ts";
import { serverVersion } from "./server_features.ts";
import type { ServerStats } from "./server_stats.ts";
import type { HttpHandler } from "../grpc/shared_port.ts";

export type Http1EndpointsOptions = {
  /** Whether calls are served; a server that is starting or stopping is not. */
  readonly ready: () => boolean;
  /** Whether projections can be managed. */
  readonly projections: boolean;
  readonly stats: ServerStats;
  readonly scavenges: Scavenges;
  readonly logger: Log;
};

/** A status without a body, or 200 and this as JSON. */
type Answer = number | object;
type Look = (query: URLSearchParams) => Answer;

const noScavenge = "00000000-0000-0000-0000-000000000000";
const scavenge = "/admin/scavenge";

/** What the original answers over HTTP/1.1 to those who watch it, or have it scavenge; its AtomPub interface is not here. */
export function http1Endpoints(
  { ready, projections, stats, scavenges, logger }: Http1EndpointsOptions,
): HttpHandler {
  const looks: Readonly<Record<string, Look>> = {
    "/health/live": (query) => ready() ? validStatus(Number(query.get("liveCode") ?? 204)) : 503,
    "/ping": () => ({ msgTypeId: 0, text: "Ping request successfully handled" }),
    "/info": () => ({
      esVersion: `${serverVersion}.0`,
      state: ready() ? "leader" : "initializing",
      features: { projections, userManagement: false, atomPub: false },
      authentication: { type: "insecure", properties: {} },
    }),
    "/stats": stats,
    [`${scavenge}/current`]: () => ({ scavengeId: noScavenge, scavengeLink: "" }),
    [`${scavenge}/last`]: () => {
      const { last } = scavenges;
      return {
        scavengeId: last ?? noScavenge,
        scavengeLink: last === undefined ? "" : `${scavenge}/${last}`,
        scavengeResult: last === undefined ? "Unknown" : "Success",
      };
    },
  };

  /** Undefined: the path takes no such method. */
  async function answer(
    method: string | undefined,
    { pathname, searchParams }: URL,
  ): Promise<Answer | undefined> {
    // There is none to be stopped
    if (method === "DELETE" && pathname.startsWith(`${scavenge}/`)) return 404;
    const look = Object.hasOwn(looks, pathname) ? looks[pathname] : undefined;
    if (look) return method === "GET" || method === "HEAD" ? look(searchParams) : undefined;
    if (pathname !== scavenge) return 404;
    return method === "POST" ? { scavengeId: await scavenges.start() } : undefined;
  }

  return async (request, response) => {
    const url = URL.parse(request.url ?? "/", "http://localhost");
    try {
      const given = url ? await answer(request.method, url) ?? 405 : 400;
      if (typeof given === "number") end(response, given);
      else endJson(request, response, given);
    } catch (error) {
      // A disk that is full, or a log that is being closed, is no fault of the request: the client may try again
      if (error instanceof Unavailable) return end(response, 503);
      logger.error("A request failed", { path: url?.pathname, error });
      end(response, 500);
    }
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
