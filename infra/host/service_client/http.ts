import { type ServiceClient, Unavailable } from "@headwater/core";
import { secretHeader } from "@headwater/http";
import { BrokenAnswer } from "./answer_head.ts";
import type { Peer, Sent } from "./http_connection.ts";
import { KeptConnections, NotConnected } from "./kept_connections.ts";

/** What we decode, as it is called in HTTP and by `DecompressionStream`. */
const formats = new Map<string, CompressionFormat>([["gzip", "gzip"], ["br", "brotli"]]);
const decoded = [...formats.keys()].join(", ");
const secretName = secretHeader.toLowerCase();
/**
 * Of the page behind the first request, on which the gateway has decided; and of the connection on which a request came,
 * with what says how long its body is.
 */
const notSent = new Set([
  "origin",
  "sec-fetch-site",
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

type Place = Peer & { readonly host: string; readonly path: string };

/**
 * Reaches services over HTTP: `baseUrls` holds where each runs, for example `http://127.0.0.1:8001`. A request is sent
 * once. Connections are kept for 30 s, until the client is disposed.
 */
export function httpClient(
  baseUrls: ReadonlyMap<string, string>,
  { secret }: {
    /** Of the services, where they take one. */
    readonly secret?: string | undefined;
  } = {},
): ServiceClient & Disposable {
  const connections = new KeptConnections();
  const places = new Map<string, Place>();

  function placeOf(name: string): Place {
    const baseUrl = baseUrls.get(name);
    if (baseUrl === undefined) {
      throw new Error(
        `Cannot call service "${name}": there are URLs for ${[...baseUrls.keys()].join(", ")}`,
      );
    }
    let place = places.get(baseUrl);
    if (!place) places.set(baseUrl, place = placeIn(baseUrl));
    return place;
  }

  async function send(name: string, request: Request): Promise<Response> {
    const place = placeOf(name);
    const sent = await sentOf(request, { place, secret });
    try {
      return await connections.send(place, sent);
    } catch (cause) {
      request.signal.throwIfAborted();
      throw unavailable(name, { cause, isSafe: isSafe(request) });
    }
  }

  return {
    async call(name, request) {
      request.signal.throwIfAborted();
      const answer = await send(name, request);
      if (isRefusedSecret(answer)) {
        await answer.body?.cancel();
        throw new Unavailable(`Cannot call service "${name}": it has another SERVICE_SECRET`, {
          code: "service-secret-refused",
        });
      }
      return withoutEncoding(name, answer);
    },
    [Symbol.dispose]: () => connections[Symbol.dispose](),
  };
}

function placeIn(baseUrl: string): Place {
  const { protocol, hostname, port, host, pathname } = new URL(baseUrl);
  const isTls = protocol === "https:";
  return {
    isTls,
    // Without the brackets of an IPv6 address
    hostname: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port || (isTls ? 443 : 80)),
    host,
    path: pathname.replace(/\/$/, ""),
  };
}

async function sentOf(
  request: Request,
  { place, secret }: { readonly place: Place; readonly secret: string | undefined },
): Promise<Sent & { readonly mayRepeat: boolean }> {
  const { method, url, headers, signal } = request;
  let head = `${method} ${place.path}${pathIn(url)} HTTP/1.1\r\nhost: ${place.host}\r\n`;
  headers.forEach((value, name) => {
    if (notSent.has(name) || name === "accept-encoding" || name === secretName) return;
    head += `${name}: ${value}\r\n`;
  });
  if (secret !== undefined) head += `${secretName}: ${secret}\r\n`;
  // Part of what is compressed cannot be decoded
  head += `accept-encoding: ${headers.has("Range") ? "identity" : decoded}\r\n`;
  if (isSafe(request)) {
    return { method, head: `${head}\r\n`, body: undefined, signal, mayRepeat: true };
  }
  const body = request.body ? new Uint8Array(await request.arrayBuffer()) : undefined;
  head += `content-length: ${body?.byteLength ?? 0}\r\n\r\n`;
  // Under a key it happens once, however often it is sent
  return { method, head, body, signal, mayRepeat: headers.has("Idempotency-Key") };
}

/** Path and query, as they stand there: a `Request` has them encoded. */
function pathIn(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const fragment = url.indexOf("#", start);
  return fragment < 0 ? url.slice(start) : url.slice(start, fragment);
}

function isSafe({ method }: Request): boolean {
  return method === "GET" || method === "HEAD";
}

function unavailable(
  name: string,
  { cause, isSafe }: { readonly cause: unknown; readonly isSafe: boolean },
): Unavailable {
  const isUnsent = isSafe || cause instanceof NotConnected;
  const what = cause instanceof BrokenAnswer ? "Cannot read the answer of" : "Cannot reach";
  const outcome = isUnsent ? "" : ", whether it has heard of the request is not known";
  // The address stays in the cause: messages reach clients.
  return new Unavailable(`${what} service "${name}"${outcome}`, {
    cause,
    code: isUnsent ? "service-unreachable" : "service-answer-lost",
    retryAfter: 0,
  });
}

/** Nothing that whoever asked could mend. */
function isRefusedSecret({ status, headers }: Response): boolean {
  return status === 401 && headers.get("WWW-Authenticate") === secretHeader;
}

/** A body that came compressed is decoded, and its headers speak of it as it is then. */
async function withoutEncoding(name: string, answer: Response): Promise<Response> {
  const encoding = answer.headers.get("Content-Encoding")?.trim().toLowerCase();
  if (encoding === undefined || encoding === "identity" || !answer.body) return answer;
  const format = formats.get(encoding);
  if (format === undefined) {
    await answer.body.cancel();
    throw new Unavailable(
      `Cannot read the answer of service "${name}": its encoding "${encoding}" is none of ${decoded}`,
      { code: "service-unreadable" },
    );
  }
  const headers = new Headers(answer.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  return new Response(answer.body.pipeThrough(new DecompressionStream(format)), {
    status: answer.status,
    headers,
  });
}
