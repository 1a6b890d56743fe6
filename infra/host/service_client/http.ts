import { type ServiceClient, Unavailable } from "@headwater/core";
import { secretHeader } from "@headwater/http";
import type { ServiceProof } from "@headwater/identity";
import { BrokenAnswer } from "./answer_head.ts";
import { GivingUp } from "./giving_up.ts";
import type { Peer, Sent } from "./http_connection.ts";
import { KeptConnections, NotConnected } from "./kept_connections.ts";

/** What we decode, as it is called in HTTP and by `DecompressionStream`. */
const formats = new Map<string, CompressionFormat>([["gzip", "gzip"], ["br", "brotli"]]);
const decoded = [...formats.keys()].join(", ");
const secretName = secretHeader.toLowerCase();
/**
 * Of the page behind the first request, on which the gateway has decided; of the connection on which a request came; and
 * what is said anew.
 */
const notSent = new Set([
  "origin",
  "sec-fetch-site",
  "accept-encoding",
  secretName,
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
  { proof }: {
    /** What each service is shown, where they want to be shown something. */
    readonly proof?: ServiceProof | undefined;
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

  return {
    async call(name, request) {
      const givingUp = GivingUp.of(request);
      givingUp.throwIfDue();
      const place = placeOf(name);
      const body = isSafe(request) ? undefined : await bodyOf(request);
      const proved = proof?.(name);
      const secret = proved instanceof Promise ? await proved : proved;
      const sent = sentOf(request, { place, secret, body, givingUp });
      let answer: Response;
      try {
        answer = await connections.send(place, sent);
      } catch (cause) {
        givingUp.throwIfDue();
        throw unavailable(name, { cause, isSafe: isSafe(request) });
      }
      if (answer.status === 401) await assertSecretAccepted(name, answer);
      return answer.headers.has("Content-Encoding") ? await withoutEncoding(name, answer) : answer;
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

function sentOf(
  { method, url, headers }: Request,
  { place, secret, body, givingUp }: {
    readonly place: Place;
    readonly secret: string | undefined;
    /** Undefined: one without a body is sent. */
    readonly body: Uint8Array<ArrayBuffer> | undefined;
    readonly givingUp: GivingUp;
  },
): Sent & { readonly mayRepeat: boolean } {
  let head = `${method} ${place.path}${pathIn(url)} HTTP/1.1\r\nhost: ${place.host}\r\n`;
  let isPart = false;
  let hasKey = false;
  headers.forEach((value, name) => {
    if (notSent.has(name)) return;
    if (name === "range") isPart = true;
    else if (name === "idempotency-key") hasKey = true;
    head += `${name}: ${value}\r\n`;
  });
  if (secret !== undefined) head += `${secretName}: ${secret}\r\n`;
  // Part of what is compressed cannot be decoded
  head += `accept-encoding: ${isPart ? "identity" : decoded}\r\n`;
  if (body) head += `content-length: ${body.byteLength}\r\n`;
  // Under a key it happens once, however often it is sent
  return { method, head: `${head}\r\n`, body, givingUp, mayRepeat: hasKey || !body };
}

async function bodyOf(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  return request.body ? new Uint8Array(await request.arrayBuffer()) : new Uint8Array();
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
async function assertSecretAccepted(name: string, { headers, body }: Response): Promise<void> {
  if (headers.get("WWW-Authenticate") !== secretHeader) return;
  await body?.cancel();
  throw new Unavailable(
    `Cannot call service "${name}": it has another SERVICE_SECRET, or another time`,
    {
      code: "service-secret-refused",
    },
  );
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
