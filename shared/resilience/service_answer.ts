import { DeadlineExceeded, type machine, Unavailable } from "@headwater/core";
import { BadAnswer } from "./bad_answer.ts";
import { retryAfterSeconds } from "./retry_after.ts";

/** An answer whose body is in memory already, and is nobody else's. Its `Content-Length` says how long it is. */
export class WholeAnswer extends Response {
  /** The body as it was given: text need not be made of bytes that were made of it. */
  readonly whole: string | ArrayBuffer | Uint8Array<ArrayBuffer> | null;

  /** As of any answer. */
  constructor(whole: string | ArrayBuffer | Uint8Array<ArrayBuffer> | null, init?: ResponseInit) {
    super(whole, init);
    this.whole = whole;
  }
}

/** It goes on: nobody may wait for its end. */
export function isEventStream({ headers }: Pick<Response, "headers">): boolean {
  return headers.get("Content-Type")?.startsWith("text/event-stream") ?? false;
}

const failures = [502, 503, 504];

/**
 * The answer with its body in memory, so that whoever holds it owes nothing to the network, and a connection that
 * breaks in the middle of a body counts like any other failure. An event stream is passed on as it is.
 *
 * Errors: `Unavailable` for 502 and 503 (with the answer's code and Retry-After), `DeadlineExceeded` for 504. Of what
 * has the code `service-answer-lost` nobody knows whether it has happened. `BadAnswer` with `answer-too-large` for one of
 * more than `limit` bytes, of which no more than that are held.
 */
export async function settledAnswer(
  service: string,
  answer: Response,
  { limit }: { readonly limit: number },
): Promise<Response> {
  const declared = Number(answer.headers.get("Content-Length") ?? 0);
  if (answer instanceof WholeAnswer && declared <= limit && !failures.includes(answer.status)) {
    return answer;
  }
  if (isEventStream(answer)) return answer;
  const body = await readAnswer(service, answer, { limit });
  if (answer.status === 502 || answer.status === 503) {
    const problem = problemIn(body);
    throw new Unavailable(problem.detail ?? `Cannot call service "${service}": it is unavailable`, {
      // A proxy has sent it on, and has heard no more of it
      code: problem.code ?? (answer.status === 502 ? "service-answer-lost" : "service-unavailable"),
      retryAfter: retryAfterSeconds(answer.headers) ?? 0,
      limit: problem.limit,
    });
  }
  if (answer.status === 504) {
    const { detail = `Cannot call service "${service}": it ran out of time`, limit } = problemIn(
      body,
    );
    throw new DeadlineExceeded(detail, { limit });
  }
  const { status, statusText, headers } = answer;
  const settled = new WholeAnswer(body.byteLength > 0 ? body : null, {
    ...{ status, statusText, headers },
  });
  // Of what is here: it may have come in pieces, or compressed.
  if (body.byteLength > 0) settled.headers.set("Content-Length", String(body.byteLength));
  return settled;
}

async function readAnswer(
  service: string,
  answer: Response,
  { limit }: { readonly limit: number },
): Promise<ArrayBuffer> {
  const declared = answer.headers.get("Content-Length");
  try {
    // In one piece where it is known to be short: a body that was not a stream need not become one
    if (declared !== null && Number(declared) <= limit || !answer.body) {
      return await answer.arrayBuffer();
    }
    return await inPieces(answer.body, Number(declared) > limit ? 0 : limit);
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new BadAnswer(
        `Cannot call service "${service}": its answer has more than ${limit} bytes`,
        { code: "answer-too-large" },
      );
    }
    throw new Unavailable(`Cannot call service "${service}": its answer broke off`, {
      cause,
      code: "service-answer-lost",
      retryAfter: 0,
    });
  }
}

/** Errors: `RangeError`. */
async function inPieces(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  limit: number,
): Promise<ArrayBuffer> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  // Who leaves the loop cancels the rest
  for await (const piece of body) {
    size += piece.byteLength;
    if (size > limit) throw new RangeError("Cannot hold more");
    pieces.push(piece);
  }
  return await new Blob(pieces).arrayBuffer();
}

type Problem = { code?: string; detail?: string; limit?: machine.Limit };

function problemIn(body: ArrayBuffer): Problem {
  try {
    const { code, detail, limit } = JSON.parse(new TextDecoder().decode(body));
    return {
      ...(typeof code === "string" && { code }),
      ...(typeof detail === "string" && { detail }),
      ...(isLimit(limit) && { limit }),
    };
  } catch {
    // Not one of our problem documents: the status says enough.
    return {};
  }
}

const limits: ReadonlySet<unknown> = new Set<machine.Limit>([
  ...["attempt", "total", "caller", "breaker", "bulkhead", "tries", "budget", "shedding"] as const,
]);

function isLimit(value: unknown): value is machine.Limit {
  return limits.has(value);
}
