/** Given as it is: the runtime copies bytes for each answer, and text not. */
export type BodyText = { readonly text: string; readonly bytes: number };

/**
 * The text of an answer, and its length in bytes; an answer with the same body, where that is longer than so many bytes or no text, to be passed on
 * as it comes.
 */
export async function boundedText(
  answer: Response,
  mostBytes: number,
): Promise<BodyText | Response> {
  const { body } = answer;
  if (!body) return { text: "", bytes: 0 };
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    bytes += value.byteLength;
    if (bytes > mostBytes) return again(answer, { chunks, reader });
  }
  const whole = await new Blob(chunks as Uint8Array<ArrayBuffer>[]).bytes();
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(whole);
    return { text, bytes };
  } catch {
    return new Response(whole, answer);
  }
}

/** What was read, and what comes after it. */
function again(
  answer: Response,
  { chunks, reader }: {
    readonly chunks: Uint8Array[];
    readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  },
): Response {
  const body = new ReadableStream<Uint8Array>({
    async pull(stream) {
      const chunk = chunks.shift() ?? (await reader.read()).value;
      if (chunk) stream.enqueue(chunk);
      else stream.close();
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return new Response(body, answer);
}
