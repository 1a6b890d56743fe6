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
 * which they came, which are fixed ones, `Proxy-*`, and whatever `Connection` names.
 */
export function endToEndHeaders(given: Headers): Headers {
  const named = new Set(
    (given.get("Connection") ?? "").split(",").map((option) => option.trim().toLowerCase()),
  );
  const headers = new Headers(given);
  for (const name of [...headers.keys()]) {
    if (ofOneConnection.has(name) || named.has(name) || name.startsWith("proxy-")) {
      headers.delete(name);
    }
  }
  return headers;
}
