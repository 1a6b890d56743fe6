import type { machine } from "@headwater/core";
import { edge, type PublicRoute } from "@headwater/http";
import { askedRoute } from "./routing/asked_route.ts";
import { clientKey } from "./client_key.ts";

/**
 * Lets each client ask as often as services declare of their routes, counted together with the other gateways: from its
 * first request on in windows of fixed length. Answers say what is left of it in the fields of
 * draft-ietf-httpapi-ratelimit-headers-11, whose partition key is the route; who asks more often gets 429 with
 * `Retry-After`, which costs its service nothing.
 */
export function rateLimits(
  { routes, sharedStore }: {
    readonly routes: readonly PublicRoute[];
    readonly sharedStore: Pick<machine.SharedStore, "count">;
  },
): edge.Door {
  const limits = new Map(routes.map((route) => [route, limitOf(route, sharedStore)]));
  return (c, next) => {
    const asked = askedRoute(c);
    const limit = asked && limits.get(asked.route);
    return limit ? limit(c, next) : next();
  };
}

function limitOf(
  { method, path, declared: { rate } }: PublicRoute,
  sharedStore: Pick<machine.SharedStore, "count">,
): edge.Door | undefined {
  if (!rate) return undefined;
  const { requests, windowMs } = rate;
  // Each route has a quota of its own: else a client could not tell them apart
  const key = `pk=:${base64(`${method} ${path}`)}:`;
  const policy = `"route";q=${requests};w=${Math.ceil(windowMs / 1_000)};${key}`;
  return async (c, next) => {
    const client = clientKey(edge.clientAddressOf(c.req.raw));
    const { count, resetMs } = await sharedStore.count(`rate ${method} ${path} ${client}`, {
      windowMs,
    });
    const seconds = Math.ceil(resetMs / 1_000);
    const left = Math.max(0, requests - count);
    const fields = {
      "RateLimit-Policy": policy,
      RateLimit: `"route";r=${left};t=${seconds};${key}`,
    };
    if (count > requests) {
      throw new edge.RateLimited(
        `Cannot answer ${method} ${path} more than ${requests} times in ${windowMs} ms: again in ${seconds} s`,
        { retryAfter: seconds, fields },
      );
    }
    await next();
    for (const field of Object.entries(fields)) edge.setOnAnswer(c, field);
  };
}

/** As fields of HTTP have bytes: RFC 9651. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
