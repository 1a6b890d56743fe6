import { type ServiceClient, Unavailable } from "@headwater/core";

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
      try {
        return withoutEncoding(await fetch(new Request(url, request), { redirect: "manual" }));
      } catch (cause) {
        request.signal.throwIfAborted();
        // The address stays in the cause: messages reach clients.
        throw new Unavailable(`Cannot reach service "${name}"`, {
          cause,
          code: "service-unreachable",
          retryAfter: 0,
        });
      }
    },
  };
}

/** Fetch decodes a body and leaves the headers that describe it as it was on the wire. */
function withoutEncoding(answer: Response): Response {
  if (!answer.headers.has("Content-Encoding")) return answer;
  const headers = new Headers(answer.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  return new Response(answer.body, { status: answer.status, headers });
}
