import type { machine } from "@headwater/core";
import type { Context, MiddlewareHandler } from "hono";
import { routeOf } from "./http_metrics.ts";

/**
 * Names the span that whoever handed over the request has begun for it: by its route as it is declared, which is known
 * once it is answered.
 */
export function namedSpan(
  { service, tracer }: { readonly service: string; readonly tracer: machine.Tracer },
): MiddlewareHandler {
  return async (c, next) => {
    // Whatever has begun meanwhile is over, but Deno's `fetch` may have left its own behind
    const span = tracer.current();
    await next();
    const route = knownRouteOf(c);
    if (route !== undefined) span.rename(`${c.req.method} ${route}`);
    const { status } = c.res;
    span.set({
      "http.route": route,
      "headwater.service": service,
      "messaging.message.conversation_id": c.get("correlationId"),
    });
    if (status >= 500) span.fail(String(status));
  };
}

function knownRouteOf(c: Context): string | undefined {
  const route = routeOf(c);
  return route === "(none)" ? undefined : route;
}
