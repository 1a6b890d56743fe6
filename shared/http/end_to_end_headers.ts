/** RFC 9110, 7.6.1, and what older peers send: they speak of one connection only. */
const ofOneConnection = new Set([
  "connection",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * What an intermediary may pass on of a message's headers, in either direction: without those of the one connection on
 * which they came.
 */
export function endToEndHeaders(
  given: Headers,
  { passedOn, into: headers = new Headers() }: {
    /** What is passed on of one, by its name in lower case; undefined: it is not. Default: all of it. */
    readonly passedOn?: (name: string, value: string) => string | undefined;
    /** To which they are added, which spares a copy; default: new ones. */
    readonly into?: Headers | undefined;
  } = {},
): Headers {
  const isOfConnection = headersOfConnection(given.get("Connection"));
  // Headers are read by `forEach` wherever each request does so: an iterator takes three times as long
  given.forEach((value, name) => {
    if (isOfConnection(name)) return;
    const passed = passedOn ? passedOn(name, value) : value;
    if (passed !== undefined) headers.append(name, passed);
  });
  return headers;
}

/**
 * Tells by its name in lower case whether a header speaks of the one connection on which it came: fixed ones, `Proxy-*`, and
 * what `Connection` names, which is to be given.
 */
export function headersOfConnection(connection: string | null): (name: string) => boolean {
  if (connection === null) return isOfOneConnection;
  const named = new Set(connection.split(",").map((option) => option.trim().toLowerCase()));
  return (name) => isOfOneConnection(name) || named.has(name);
}

function isOfOneConnection(name: string): boolean {
  return ofOneConnection.has(name) || name.startsWith("proxy-");
}
