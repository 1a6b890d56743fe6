/** RFC 9113, section 8.3.1, and RFC 8441. */
const pseudoHeaders = new Set([":method", ":scheme", ":path", ":authority", ":protocol"]);
/** What speaks of an HTTP/1.1 connection (RFC 9113, section 8.2.2). */
const connectionHeaders = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

type Headers = Readonly<Record<string, string>>;

/** Whether these headers may begin a request (RFC 9113, section 8): as on the original, no others are answered. */
export function isRequest(headers: Headers): boolean {
  let hasOrdinary = false;
  for (const name of Object.keys(headers)) {
    if (!name.startsWith(":")) hasOrdinary = true;
    else if (hasOrdinary || !pseudoHeaders.has(name)) return false;
  }
  const { ":method": method = "", ":scheme": scheme = "", ":path": path = "" } = headers;
  // One that is given twice has its values joined by a comma
  return /^[A-Z]+$/.test(method) && /^[\w+.-]+$/.test(scheme) && path !== "" &&
    hasOnlyFields(headers);
}

/** Whether these headers may end a request. */
export function areTrailers(headers: Headers): boolean {
  return Object.keys(headers).every((name) => !name.startsWith(":")) && hasOnlyFields(headers);
}

function hasOnlyFields(headers: Headers): boolean {
  if ((headers["te"] ?? "trailers") !== "trailers") return false;
  return Object.keys(headers).every((name) => !connectionHeaders.has(name) && !/[A-Z]/.test(name));
}
