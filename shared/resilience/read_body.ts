import { BadInput, BodyTooLarge } from "./bad_input.ts";

/**
 * The request's body, never holding more than `limit` bytes of it; undefined when it has none. What is beyond the
 * limit is left unread.
 *
 * Errors: `BodyTooLarge`, `BadInput` for a body that breaks off.
 */
export async function readBytes(
  request: Request,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const declared = Number(request.headers.get("Content-Length") ?? 0);
  if (declared > limit) throw new BodyTooLarge(limit);
  if (declared > 0) return await wholeBody(request, limit);
  if (!request.body) return undefined;
  // Read by hand: for-await releases its lock at the end, which costs more than the reading.
  const reader = request.body.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await nextChunk(reader);
    if (done) return joined(chunks, size);
    size += value.byteLength;
    if (size > limit) {
      // Not cancelled: it is the server's, which ends the upload after the answer.
      reader.releaseLock();
      throw new BodyTooLarge(limit);
    }
    chunks.push(value);
  }
}

/** Where it is known beforehand that it is short, in one piece: a body that was not a stream need not become one. */
async function wholeBody(
  request: Request,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = await unbroken(() => request.arrayBuffer());
  if (bytes.byteLength > limit) throw new BodyTooLarge(limit);
  return new Uint8Array(bytes);
}

async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
  return await unbroken(() => reader.read());
}

async function unbroken<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    throw new BadInput([{ path: "", message: "The body broke off" }], { cause });
  }
}

function joined(chunks: Uint8Array<ArrayBuffer>[], size: number): Uint8Array<ArrayBuffer> {
  if (chunks.length === 1) return chunks[0]!;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** The same as text. Errors: also `BadInput` for what is not UTF-8. */
export async function readText(request: Request, limit: number): Promise<string> {
  const bytes = await readBytes(request, limit);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new BadInput([{ path: "", message: "Not valid UTF-8" }], { cause });
  }
}
