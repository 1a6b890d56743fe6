import { DeadlineExceeded, type Log, type time } from "@headwater/core";
import { edge, type EdgeContext } from "@headwater/http";
import { BodyTooSlow } from "@headwater/resilience";
import { passedOnHeaders } from "./passed_on_headers.ts";
import { filled, matched, segmentsOf } from "./path_pattern.ts";
import { ownLocation } from "./own_location.ts";
import type { TableRoute } from "./route_table.ts";
import type { SideTarget } from "./strangler/strangle.ts";
import type { UpstreamClient } from "./upstream_client.ts";
import { type Upload, upload, watched } from "./watched_body.ts";

/** Bytes; so much is read before it is sent, and then has a length there: some systems take no other. */
const readWhole = 64 * 1024;

export type UpstreamSurroundings = {
  readonly client: UpstreamClient;
  /** Where clients find what it has under a path. */
  hereOf(path: string): string;
  /** Milliseconds that a client may take for a body, or for the next part of a long one. */
  readonly bodyMs: number;
  readonly clock: time.Clock;
  readonly logger: Log;
};

/** Who answers a route of the table. Bodies stream through, both ways. */
export function upstreamTarget(
  route: TableRoute,
  { client, hereOf, bodyMs, clock, logger }: UpstreamSurroundings,
): SideTarget {
  const { upstream, timeoutMs } = route;

  async function bodyOf(
    c: EdgeContext,
  ): Promise<Uint8Array<ArrayBuffer> | Upload | undefined> {
    const { raw } = c.req;
    if (raw.method === "GET" || !raw.body) return undefined;
    return Number(raw.headers.get("Content-Length") ?? Infinity) <= readWhole
      ? await edge.clientBody(c, readWhole, { mostMs: bodyMs, clock })
      : upload(raw.body, { mostMs: bodyMs, clock });
  }

  return {
    async answer(c, { body: given, shadow } = {}) {
      const url = urlFor(c.req.url, route);
      const headers = passedOnHeaders(c);
      headers.delete("X-Request-Timeout-Ms");
      if (shadow) headers.set("X-Shadow", "1");
      const body = given ?? await bodyOf(c);
      const isUpload = body !== undefined && "stream" in body;
      // What is here says how long it is
      if (body && !isUpload) headers.set("Content-Length", String(body.byteLength));
      const request = new Request(url, {
        ...{ method: c.req.method, headers, signal: shadow ?? c.var.signal, redirect: "manual" },
        ...(body && { body: isUpload ? body.stream : body }),
      });
      // Nobody works on it but its client; at the upstream it has a place all the same
      if (isUpload) edge.whileResting(c, () => body.over);
      const answer = await client.call(request, {
        ...{ timeoutMs, isUpload },
        explain: (error) => isUpload ? explained(error, { body, timeoutMs }) : error,
      });
      return passedOn(answer, c);
    },
  };

  function passedOn(answer: Response, c: EdgeContext): Response {
    const headers = edge.endToEndHeaders(answer.headers);
    const location = headers.get("Location");
    if (location !== null) {
      headers.set("Location", ownLocation(location, { upstream: upstream.url, hereOf }));
    }
    const { status, body } = answer;
    const passed = body && watched(body, {
      ...{ mostMs: timeoutMs, clock },
      onFault(error) {
        const { correlationId } = c.var;
        logger.warn(`the answer of upstream "${upstream.name}" broke off`, {
          correlationId,
          error,
        });
      },
    });
    return new Response(passed, { status, headers });
  }
}

/** The upstream's own origin and path, then that of the route: nothing of a request can change what stands before. */
function urlFor(requested: string, { path, to, upstream }: TableRoute): string {
  const values = matched(path, segmentsOf(requested));
  if (!values) {
    throw new Error(`Cannot tell the parameters of ${path}: the request has another path`);
  }
  const search = requested.indexOf("?");
  return `${upstream.url}${filled(to, values)}${search < 0 ? "" : requested.slice(search)}`;
}

/** What a client did with its body is no fault of the upstream's. */
function explained(
  error: unknown,
  { body, timeoutMs }: { readonly body: Upload; readonly timeoutMs: number },
): unknown {
  const fault = body.fault();
  if (fault !== undefined) return fault;
  return error instanceof DeadlineExceeded && !body.isOver() ? new BodyTooSlow(timeoutMs) : error;
}
