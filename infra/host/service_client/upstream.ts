import { Unavailable } from "@headwater/core";
import type { Upstreams } from "@headwater/gateway";

/** Those that fetch decodes, unless a part alone was asked for. */
const decoded = ["gzip", "br"];

/**
 * Sends requests to systems that are not ours, each once, whatever becomes of the connection, and takes redirects for
 * answers. A command has a connection of its own: on one that was kept Deno's fetch would send it again.
 *
 * Errors: `Unavailable`.
 */
export function upstreamSender(
  { isTraced = false }: {
    /** Deno's fetch says by itself in which trace it is, and two of them are none. */
    readonly isTraced?: boolean;
  } = {},
): Upstreams["send"] & Disposable {
  const fresh = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  async function send(request: Request, upstream: string): Promise<Response> {
    const { method, signal } = request;
    const isQuery = method === "GET";
    const headers = new Headers(request.headers);
    const isPart = headers.has("Range");
    if (isTraced) headers.delete("traceparent");
    headers.set("Accept-Encoding", isPart ? "identity" : decoded.join(", "));
    try {
      const answer = await fetch(request.url, {
        ...{ method, headers, signal, redirect: "manual" },
        ...(!isQuery && { client: fresh, ...await bodyOf(request) }),
      });
      await assertFinal(answer);
      return isPart ? answer : asDecoded(answer);
    } catch (cause) {
      signal.throwIfAborted();
      // The address stays in the cause: messages reach clients.
      if (isNotConnected(cause)) {
        throw new Unavailable(`Cannot reach upstream "${upstream}"`, {
          cause,
          code: "upstream-unreachable",
        });
      }
      throw new Unavailable(
        `Cannot read an answer of upstream "${upstream}"${
          isQuery ? "" : ", whether it has heard of the request is not known"
        }`,
        { cause, code: "upstream-answer-lost" },
      );
    }
  }
  return Object.assign(send, { [Symbol.dispose]: () => fresh.close() });
}

/** Fetch takes any number for a status; one that is none cannot be passed on, nor may a change of protocol. */
async function assertFinal({ status, body }: Response): Promise<void> {
  if (status >= 200 && status <= 599) return;
  await body?.cancel();
  throw new Error(`Cannot pass on status ${status}`);
}

/** What says how long it is was read whole, and is sent so; the rest as it comes. */
async function bodyOf(request: Request): Promise<RequestInit> {
  if (!request.body) return {};
  return request.headers.has("Content-Length")
    ? { body: await request.arrayBuffer() }
    : { body: request.body };
}

/** Nothing was sent. Deno says it in the words of the library that it connects with, and in nothing else. */
function isNotConnected(error: unknown): boolean {
  const { cause } = error instanceof Error ? error : {};
  return cause instanceof Error && cause.message.includes("client error (Connect)");
}

/** Fetch decodes a body and leaves the headers that describe it as it was on the wire. */
function asDecoded(answer: Response): Response {
  const encoding = answer.headers.get("Content-Encoding")?.trim().toLowerCase();
  if (encoding === undefined || !decoded.includes(encoding)) return answer;
  const headers = new Headers(answer.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  return new Response(answer.body, { status: answer.status, headers });
}
