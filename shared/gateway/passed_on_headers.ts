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

/**
 * The headers of a client's request as others get them: without those of its connection, those by which services know
 * each other, and what it claims of where it comes from. That is said in `Forwarded` (RFC 7239). `into`: to which they are
 * added.
 */
export function passedOnHeaders(c: EdgeContext, into?: Headers): Headers {
  const headers = edge.endToEndHeaders(
    c.req.raw.headers,
    (name) => notPassedOn.has(name) || name.startsWith("x-forwarded-"),
    into,
  );
  withoutSessions(headers);
  headers.set("X-Correlation-Id", c.get("correlationId"));
  headers.set("Forwarded", forwarded(c));
  passOnTrace(c, headers);
  const priority = c.get("priority");
  if (priority !== undefined) headers.set(edge.priorityHeader, priority);
  return headers;
}

/** Of ours: whoever has their cookie has the session. */
function withoutSessions(headers: Headers): void {
  const cookies = headers.get("Cookie");
  if (!cookies?.includes("headwater-")) return;
  const others = cookies.split(/; */)
    .filter((cookie) => !/^(__Host-)?headwater-(session|login)=/.test(cookie));
  if (others.length > 0) headers.set("Cookie", others.join("; "));
  else headers.delete("Cookie");
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

/** Characters that W3C has everybody pass on; more of them are of no use to anybody behind us. */
const longestTraceState = 512;
const longestBaggage = 8_192;

/** The trace that the request is in, as we know it, and what the client's own systems say of it. */
function passOnTrace(c: EdgeContext, headers: Headers): void {
  const traceparent = c.get("traceparent");
  if (traceparent !== undefined) headers.set("traceparent", traceparent);
  const { length } = headers.get("tracestate") ?? "";
  if (traceparent === undefined || length > longestTraceState) headers.delete("tracestate");
  if ((headers.get("baggage") ?? "").length > longestBaggage) headers.delete("baggage");
}

function forwarded(c: EdgeContext): string {
  const address = edge.clientAddressOf(c.req.raw);
  const host = c.req.header("Host");
  const proto = c.req.url.slice(0, c.req.url.indexOf(":"));
  return [
    `for=${address === undefined ? "unknown" : node(address)}`,
    // What is no name of a host says nothing
    ...(host !== undefined && /^[\w.:[\]-]{1,255}$/.test(host) ? [`host="${host}"`] : []),
    `proto=${proto}`,
  ].join(";");
}

function node(address: string): string {
  return address.includes(":") ? `"[${address}]"` : address;
}
