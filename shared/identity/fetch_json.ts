/**
 * How an issuer is asked.
 * @internal
 */
export type FetchJson = {
  /** As `fetch` does. */
  send(request: Request): Promise<Response>;
  readonly signal: AbortSignal;
};

/** Bytes; keys and descriptions of issuers are some thousand. */
const mostBytes = 256 * 1_024;

/** What stands at a URL. Errors: whatever keeps it from being read. */
export async function fetchJson(url: string, { send, signal }: FetchJson): Promise<unknown> {
  const answer = await send(
    new Request(url, {
      headers: { Accept: "application/json, application/jwk-set+json" },
      // Who is believed is nobody else's to say
      redirect: "manual",
      signal,
    }),
  );
  if (answer.status !== 200) {
    await answer.body?.cancel();
    throw new Error(`Cannot read ${url}: it is answered with ${answer.status}`);
  }
  return JSON.parse(await shortText(answer, url));
}

async function shortText(answer: Response, url: string): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) {
      throw new Error(`Cannot read ${url}: it has more than ${mostBytes} bytes`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
