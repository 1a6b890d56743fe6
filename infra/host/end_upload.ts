import { endConnection } from "./end_connection.ts";

export type UploadLimits = {
  /** How much more of a refused upload is taken, so that a client that writes before it reads sees its answer. */
  readonly mostBytes: number;
  readonly mostMs: number;
  /** After so long the answer to an upload that says to be longer has arrived: nothing is taken of that one. */
  readonly answerMs: number;
};

/** A photo on a slow line is still answered; who sends more, or dawdles, is cut off. */
const usual: UploadLimits = { mostBytes: 16 * 1024 * 1024, mostMs: 2_000, answerMs: 250 };

/** Bytes; so much is read and dropped by the server itself, and the connection lives on. */
const short = 64 * 1024;

/**
 * The answer as it goes out: when it comes before the request's body was read, the connection ends after it. Otherwise
 * the server would go on taking an upload that nobody wants, to its end.
 *
 * While a read waits, Deno 2.9.6 cannot end a connection: a client that falls silent within `mostBytes`, and does not
 * hang up either, keeps an idle one until it sends more or the server leaves.
 */
export function endUpload(
  request: Request,
  answer: Response,
  limits: UploadLimits = usual,
): Response {
  // As nearly all come, and never with a body: that is not looked for
  if (request.method === "GET") return answer;
  if (!isUnread(request, answer) || !request.body) return answer;
  // It is still read by whoever has given up waiting for it
  if (request.body.locked) return answer.status === 408 ? endConnection(answer) : answer;
  // Not before the answer: a body that is cancelled by then is read to its end all the same.
  const reader = request.body.getReader();
  if (lengthOf(request) > limits.mostBytes) {
    setTimeout(() => reader.cancel().catch(ended), limits.answerMs);
  } else dropRest(reader, limits);
  return endConnection(answer);
}

function isUnread(request: Request, { status }: Response): boolean {
  // After a 413 it was read as far as its limit, after a 408 as far as it came.
  if (status === 408) return true;
  return !(lengthOf(request) <= short) && (!request.bodyUsed || status === 413);
}

/** As it says; not a number where it comes in pieces. */
function lengthOf({ headers }: Request): number {
  return Number(headers.get("Content-Length") ?? NaN);
}

async function dropRest(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { mostBytes, mostMs }: Pick<UploadLimits, "mostBytes" | "mostMs">,
): Promise<void> {
  const timer = setTimeout(() => reader.cancel().catch(ended), mostMs);
  try {
    let size = 0;
    while (size <= mostBytes) {
      const { done, value } = await reader.read();
      if (done) return;
      size += value.byteLength;
    }
    await reader.cancel();
  } catch {
    ended();
  } finally {
    clearTimeout(timer);
  }
}

function ended(): void {
  // The client has hung up, which is what was wanted.
}
