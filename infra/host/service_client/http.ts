import { type ServiceClient, Unavailable } from "@headwater/core";

/** Those that fetch decodes; of others it passes on the bytes. */
const decoded = ["gzip", "br"];

/** Reaches services over HTTP: `baseUrls` holds where each runs, for example `http://127.0.0.1:8001`. */
export function httpClient(baseUrls: ReadonlyMap<string, string>): ServiceClient {
  return {
    async call(name, request) {
      const baseUrl = baseUrls.get(name);
      if (baseUrl === undefined) {
        throw new Error(
          `Cannot call service "${name}": there are URLs for ${[...baseUrls.keys()].join(", ")}`,
        );
      }
      const { pathname, search } = new URL(request.url);
      const url = new URL(baseUrl.replace(/\/$/, "") + pathname + search);
      return withoutEncoding(name, await send(name, await requestTo(url, request)));
    },
  };
}

async function send(name: string, request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (cause) {
    request.signal.throwIfAborted();
    const outcome = isSafe(request) ? "" : ", whether it has heard of the request is not known";
    // The address stays in the cause: messages reach clients.
    throw new Unavailable(`Cannot reach service "${name}"${outcome}`, {
      cause,
      code: "service-unreachable",
      retryAfter: 0,
    });
  }
}

async function requestTo(url: URL, request: Request): Promise<Request> {
  const { method, signal } = request;
  const headers = new Headers(request.headers);
  // Under a range fetch decodes nothing.
  headers.set("Accept-Encoding", headers.has("Range") ? "identity" : decoded.join(", "));
  const sent = { method, headers, signal, redirect: "manual" } as const;
  return new Request(url, isSafe(request) ? sent : { ...sent, body: await onceOnly(request) });
}

function isSafe({ method }: Request): boolean {
  return ["GET", "HEAD"].includes(method);
}

/**
 * As a stream, also where there is none: Deno's fetch sends everything else a second time when a connection that was
 * kept ends before the answer, and the first time may have been heard.
 */
async function onceOnly(request: Request): Promise<ReadableStream<Uint8Array>> {
  const bytes = request.body && new Uint8Array(await request.arrayBuffer());
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
