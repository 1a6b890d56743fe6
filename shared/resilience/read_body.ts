import { time } from "@headwater/core";
import { BadInput, BodyTooLarge, BodyTooSlow } from "./bad_input.ts";
import { joinedBytes } from "./joined_bytes.ts";

/**
 * 1 MiB: an order of thousands of lines too many is still told which rule it breaks; beyond, reading costs too much.
 */
export const bodyLimit: number = 1024 * 1024;

/** A megabyte on a slow line takes less; who dawdles on purpose is told so. */
const usualMs = 10_000;

/**
 * The request's body, never holding more than `limit` bytes of it; undefined when it has none. What is beyond the
 * limit is left unread, and so is what is not here after `mostMs`.
 *
 * Errors: `BodyTooLarge`, `BodyTooSlow`, `BadInput` for a body that breaks off.
 */
export async function readBytes(
  request: Request,
  limit: number,
  { mostMs = usualMs, clock = time.realClock }: {
    readonly mostMs?: number | undefined;
    readonly clock?: time.Clock;
  } = {},
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const declared = Number(request.headers.get("Content-Length") ?? 0);
  if (declared > limit) throw new BodyTooLarge(limit);
  if (declared > 0) return await inTime(wholeBody(request, limit), { mostMs, clock });
  if (!request.body) return undefined;
  // Read by hand: for-await releases its lock at the end, which costs more than the reading.
  const reader = request.body.getReader();
  try {
    return await inTime(inPieces(reader, limit), { mostMs, clock });
  } catch (error) {
    // Not cancelled: it is the server's, which ends the upload after the answer.
    reader.releaseLock();
    throw error;
  }
}

async function inTime<Bytes>(
  bytes: Promise<Bytes>,
  { mostMs, clock }: { readonly mostMs: number; readonly clock: time.Clock },
): Promise<Bytes> {
  const late = Promise.withResolvers<never>();
  const cancelTimer = clock.after(mostMs, () => late.reject(new BodyTooSlow(mostMs)));
  try {
    return await Promise.race([bytes, late.promise]);
  } finally {
    cancelTimer();
  }
}

async function inPieces(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await nextChunk(reader);
    if (done) return joinedBytes(chunks);
    size += value.byteLength;
    if (size > limit) throw new BodyTooLarge(limit);
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

/** The same as text. Errors: also `BadInput` for what is not UTF-8. */
export async function readText(request: Request, limit: number): Promise<string> {
  const bytes = await readBytes(request, limit);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new BadInput([{ path: "", message: "Not valid UTF-8" }], { cause });
  }
}
