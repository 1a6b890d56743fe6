import { BadInput, BodyTooLarge } from "./bad_input.ts";

/**
 * The request's body as text, never holding more than `limit` bytes of it.
 *
 * Errors: `BodyTooLarge`, `BadInput` for what is not UTF-8 or breaks off.
 */
export async function readBody(request: Request, limit: number): Promise<string> {
  const declared = Number(request.headers.get("Content-Length") ?? 0);
  if (declared > limit) {
    await request.body?.cancel();
    throw new BodyTooLarge(limit);
  }
  const chunks = request.body ? await readChunks(request.body, limit) : [];
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("") +
      decoder.decode();
  } catch (cause) {
    throw new BadInput([{ path: "", message: "Not valid UTF-8" }], { cause });
  }
}

async function readChunks(
  body: ReadableStream<Uint8Array>,
  limit: number,
): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (size > limit) throw new BodyTooLarge(limit);
    chunks.push(chunk);
  }
  return chunks;
}
