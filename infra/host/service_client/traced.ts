import type { machine, Service, ServiceClient } from "@headwater/core";

/**
 * The same client, each of whose calls is a span that the service is told of. Calls that are part of nothing, as those of
 * who looks for ever whether somebody is well, are none: the service is told that nobody wants to see them.
 */
export function tracedClient(client: ServiceClient, tracer: machine.Tracer): ServiceClient {
  if (!tracer.isOn) return client;
  return {
    call(service, request) {
      const { method, url, headers } = request;
      if (tracer.current().traceparent === undefined) {
        if (!headers.has("traceparent")) headers.set("traceparent", unseenTrace());
        return client.call(service, request);
      }
      const attempt = Number(headers.get("X-Attempt") ?? 1);
      return tracer.span({
        name: method,
        kind: "client",
        attributes: {
          "http.request.method": method,
          "url.full": url,
          "server.address": service,
          "http.request.resend_count": attempt > 1 ? attempt - 1 : undefined,
        },
      }, async (span) => {
        if (span.traceparent !== undefined) headers.set("traceparent", span.traceparent);
        const answer = await client.call(service, request);
        noteStatus(span, { status: answer.status, failsFrom: 400 });
        return answer;
      });
    },
  };
}

/** A new one whose flag says that it is not recorded. */
function unseenTrace(): string {
  const digits = crypto.randomUUID().replaceAll("-", "");
  return `00-${digits}-${digits.slice(0, 16)}-00`;
}

/** A service that is called in this very process: begins the span that a server begins for others. */
export function tracedService(service: Service, tracer: machine.Tracer): Service {
  if (!tracer.isOn) return service;
  return (request) => {
    const { method, url, headers } = request;
    const { pathname } = new URL(url);
    return tracer.span({
      name: method,
      kind: "server",
      parent: tracer.current().traceparent ?? headers.get("traceparent"),
      attributes: {
        "http.request.method": method,
        "url.path": pathname,
        "url.scheme": "http",
      },
    }, async (span) => {
      const answer = await service(request);
      noteStatus(span, { status: answer.status, failsFrom: 500 });
      return answer;
    });
  };
}

function noteStatus(
  span: machine.Span,
  { status, failsFrom }: { readonly status: number; readonly failsFrom: number },
): void {
  span.set({ "http.response.status_code": status });
  if (status >= failsFrom) span.fail(String(status));
}
