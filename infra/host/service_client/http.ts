import { type ServiceClient, Unavailable } from "@headwater/core";
import { secretHeader } from "@headwater/http";

/** Those that fetch decodes; of others it passes on the bytes. */
const decoded = ["gzip", "br"];
const decodedList = decoded.join(", ");
const secretName = secretHeader.toLowerCase();
/** Of the page behind the first request, on which the gateway has decided. */
const ofThePage = new Set(["origin", "sec-fetch-site"]);

/** Reaches services over HTTP: `baseUrls` holds where each runs, for example `http://127.0.0.1:8001`. */
export function httpClient(
  baseUrls: ReadonlyMap<string, string>,
  { secret }: {
    /** Of the services, where they take one. */
    readonly secret?: string | undefined;
  } = {},
): ServiceClient {
  return {
    async call(name, request) {
      const baseUrl = baseUrls.get(name);
      if (baseUrl === undefined) {
        throw new Error(
          `Cannot call service "${name}": there are URLs for ${[...baseUrls.keys()].join(", ")}`,
        );
      }
      request.signal.throwIfAborted();
      const { pathname, search } = new URL(request.url);
      const url = baseUrl.replace(/\/$/, "") + pathname + search;
      const answer = await send(name, { request, url, sent: await sentOf(request, secret) });
      if (isRefusedSecret(answer)) {
        await answer.body?.cancel();
        throw new Unavailable(`Cannot call service "${name}": it has another SERVICE_SECRET`, {
          code: "service-secret-refused",
        });
      }
      return withoutEncoding(name, answer);
    },
  };
}

async function send(name: string, { request, url, sent }: {
  readonly request: Request;
  readonly url: string;
  readonly sent: RequestInit;
}): Promise<Response> {
  try {
    // Not as a Request: fetch makes one of its own in any case
    return await fetch(url, sent);
  } catch (cause) {
    request.signal.throwIfAborted();
    const isUnsent = isSafe(request) || isNotConnected(cause);
    const outcome = isUnsent ? "" : ", whether it has heard of the request is not known";
    // The address stays in the cause: messages reach clients.
    throw new Unavailable(`Cannot reach service "${name}"${outcome}`, {
      cause,
      code: isUnsent ? "service-unreachable" : "service-answer-lost",
      retryAfter: 0,
    });
  }
}

/** Nothing was sent. Deno says it in the words of the library that it connects with, and in nothing else. */
function isNotConnected(error: unknown): boolean {
  const { cause } = error instanceof Error ? error : {};
  return cause instanceof Error && cause.message.includes("client error (Connect)");
}

/** Nothing that whoever asked could mend. */
function isRefusedSecret({ status, headers }: Response): boolean {
  return status === 401 && headers.get("WWW-Authenticate") === secretHeader;
}

async function sentOf(request: Request, secret: string | undefined): Promise<RequestInit> {
  const { method, signal } = request;
  const headers: Record<string, string> = {};
  // A bare record, and `forEach`: fetch reads Headers by their iterator, which takes longer than all the rest
  request.headers.forEach((value, name) => {
    if (!ofThePage.has(name)) headers[name] = value;
  });
  if (secret !== undefined) headers[secretName] = secret;
  // Under a range fetch decodes nothing.
  headers["accept-encoding"] = headers["range"] === undefined ? decodedList : "identity";
  const sent = { method, headers, signal, redirect: "manual" } as const;
  if (isSafe(request)) return sent;
  const bytes = request.body && new Uint8Array(await request.arrayBuffer());
  // Under a key it happens once, however often it is sent
  const body = request.headers.has("Idempotency-Key") ? bytes : onceOnly(bytes);
  return { ...sent, body };
}

function isSafe({ method }: Request): boolean {
  return ["GET", "HEAD"].includes(method);
}

/**
 * As a stream, also where there is none: Deno's fetch sends everything else a second time when a connection that was
 * kept ends before the answer, and the first time may have been heard.
 */
function onceOnly(bytes: Uint8Array<ArrayBuffer> | null): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(stream) {
      if (bytes) stream.enqueue(bytes);
      stream.close();
    },
  });
}

/** Fetch decodes a body and leaves the headers that describe it as it was on the wire. */
async function withoutEncoding(name: string, answer: Response): Promise<Response> {
  const encoding = answer.headers.get("Content-Encoding")?.trim().toLowerCase();
  if (encoding === undefined) return answer;
  if (encoding !== "identity" && !decoded.includes(encoding)) {
    await answer.body?.cancel();
    throw new Unavailable(
      `Cannot read the answer of service "${name}": its encoding "${encoding}" is none of ${
        decoded.join(", ")
      }`,
      { code: "service-unreadable" },
    );
  }
  const headers = new Headers(answer.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  return new Response(answer.body, { status: answer.status, headers });
}
