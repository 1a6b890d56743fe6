/** The same answer, after which the client sends nothing more on its connection. */
export function endConnection({ status, statusText, headers: given, body }: Response): Response {
  const headers = new Headers(given);
  headers.set("Connection", "close");
  return new Response(body, { status, statusText, headers });
}
