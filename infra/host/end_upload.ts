import { endConnection } from "./end_connection.ts";

export type UploadLimits = {
  /** How much more of a refused upload is taken, so that a client that writes before it reads sees its answer. */
  readonly mostBytes: number;
  readonly mostMs: number;
};

/** A photo on a slow line is still answered; who sends more, or dawdles, is cut off. */
const usual: UploadLimits = { mostBytes: 16 * 1024 * 1024, mostMs: 2_000 };

/** Bytes; so much is read and dropped by the server itself, and the connection lives on. */
const short = 64 * 1024;

/**
 * The answer as it goes out: when it comes before the request's body was read, the connection ends after it. Otherwise
 * the server would go on taking an upload that nobody wants, to its end.
 */
export function endUpload(
  request: Request,
  answer: Response,
  limits: UploadLimits = usual,
): Response {
  if (!isUnread(request, answer) || !request.body || request.body.locked) return answer;
  // Not before the answer: a body that is cancelled by then is read to its end all the same.
  dropRest(request.body.getReader(), limits);
  return endConnection(answer);
}

function isUnread(request: Request, { status }: Response): boolean {
  const length = request.headers.get("Content-Length");
  const isShort = length !== null && Number(length) <= short;
  // After a 413 it was read as far as its limit.
  return !isShort && (!request.bodyUsed || status === 413);
}

async function dropRest(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { mostBytes, mostMs }: UploadLimits,
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
