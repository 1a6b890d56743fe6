import { edge, type EdgeContext } from "@headwater/http";

/** What services believe, so that no client may say it; and what is said anew for the next connection. */
const notPassedOn = new Set([
  "accept-encoding",
  "content-length",
  "expect",
  "forwarded",
  "host",
  "traceparent",
  "x-actor",
  "x-attempt",
  "x-causation-id",
  "x-identity",
  "x-priority",
  "x-real-ip",
  "x-route",
  "x-service-secret",
  "x-shadow",
]);

/** Characters that W3C has everybody pass on; more of them are of no use to anybody behind us. */
const longestTraceState = 512;
const longestBaggage = 8_192;

/**
 * The headers of a client's request as others get them: without those of its connection, those by which services know
 * each other, and what it claims of where it comes from. That is said in `Forwarded` (RFC 7239). `into`: to which they are
 * added.
 */
export function passedOnHeaders(c: EdgeContext, into?: Headers): Headers {
  const traceparent = c.get("traceparent");
  // All in one go: each look at `Headers` costs
  function passedOn(name: string, value: string): string | undefined {
    if (notPassedOn.has(name) || name.startsWith("x-forwarded-")) return undefined;
    if (name === "cookie") return withoutSessions(value);
    if (name === "tracestate") return traceparent && upTo(longestTraceState, value);
    return name === "baggage" ? upTo(longestBaggage, value) : value;
  }
  const headers = edge.endToEndHeaders(c.req.raw.headers, { passedOn, into });
  headers.set("X-Correlation-Id", c.get("correlationId"));
  headers.set("Forwarded", forwarded(c));
  if (traceparent !== undefined) headers.set("traceparent", traceparent);
  const priority = c.get("priority");
  if (priority !== undefined) headers.set(edge.priorityHeader, priority);
  return headers;
}

/** Of ours: whoever has their cookie has the session. */
function withoutSessions(cookies: string): string | undefined {
  if (!cookies.includes("headwater-")) return cookies;
  const others = cookies.split(/; */)
    .filter((cookie) => !/^(__Host-)?headwater-(session|login)=/.test(cookie));
  return others.length > 0 ? others.join("; ") : undefined;
}

/**
 * Adds who asks, for a service of ours, and takes away what they have proved it with: a service needs no token, and so
 * none can be taken from there.
 */
export function addIdentity(headers: Headers, c: EdgeContext): void {
  const identity = c.get("identity");
  if (!identity) return;
  headers.set(edge.identityHeader, edge.identityText(identity));
  headers.delete("Authorization");
}

/** What the client's own systems say of a trace that goes on. */
function upTo(longest: number, value: string): string | undefined {
  return value.length > longest ? undefined : value;
}

function forwarded(c: EdgeContext): string {
  const address = edge.clientAddressOf(c.req.raw);
  const host = c.req.header("Host");
  const proto = c.req.url.slice(0, c.req.url.indexOf(":"));
  const from = address === undefined ? "unknown" : node(address);
  // What is no name of a host says nothing
  const isName = host !== undefined && /^[\w.:[\]-]{1,255}$/.test(host);
  return `for=${from}${isName ? `;host="${host}"` : ""};proto=${proto}`;
}

function node(address: string): string {
  return address.includes(":") ? `"[${address}]"` : address;
}
