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
 * which they came, which are fixed ones, `Proxy-*`, and whatever `Connection` names. `isDropped`: more of them that are
 * not passed on, by their names in lower case. `headers`: to which they are added, which spares a copy.
 */
export function endToEndHeaders(
  given: Headers,
  isDropped: (name: string) => boolean = () => false,
  headers: Headers = new Headers(),
): Headers {
  const named = namedIn(given);
  // Headers are read by `forEach` wherever each request does so: an iterator takes three times as long
  given.forEach((value, name) => {
    if (!isOfOneConnection(name, named) && !isDropped(name)) headers.append(name, value);
  });
  return headers;
}

/** The same answer without them; it itself where there are none, as is usual. */
export function endToEnd(answer: Response): Response {
  const { status, headers } = answer;
  const named = namedIn(headers);
  let isWhole = true;
  headers.forEach((_, name) => {
    if (isOfOneConnection(name, named)) isWhole = false;
  });
  // A body is not even looked at: one that is not a stream would become one
  if (isWhole) return answer;
  return new Response(answer.body, { status, headers: endToEndHeaders(headers) });
}

const nothing: ReadonlySet<string> = new Set();

function namedIn(headers: Headers): ReadonlySet<string> {
  const connection = headers.get("Connection");
  if (connection === null) return nothing;
  return new Set(connection.split(",").map((option) => option.trim().toLowerCase()));
}

function isOfOneConnection(name: string, named: ReadonlySet<string>): boolean {
  return ofOneConnection.has(name) || named.has(name) || name.startsWith("proxy-");
}
