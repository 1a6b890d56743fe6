import { Buffer } from "node:buffer";
import type { GrpcError } from "./grpc_status.ts";

/** Bytes that HTTP/2 counts for a header beside its name and value. */
const headerOverhead = 32;

/**
 * The trailers that end a call: status, message and the error's own, all of them ASCII. They are cut to what the client
 * takes, as some end the whole connection otherwise: the message first, then the longest, never what tells the error.
 */
export function trailersOf(error: GrpcError, maxBytes = Infinity): Record<string, string> {
  const trailers: Record<string, string> = {};
  for (const [name, value] of Object.entries(error.trailers)) {
    trailers[name] = asciiValue(value);
  }
  trailers["grpc-status"] = String(error.code);
  if (error.message !== "") trailers["grpc-message"] = percentEncode(error.message, /[^ -$&-~]+/g);
  return shortened(trailers, maxBytes);
}

function shortened(trailers: Record<string, string>, maxBytes: number): Record<string, string> {
  let excess = -maxBytes;
  for (const [name, value] of Object.entries(trailers)) {
    excess += name.length + value.length + headerOverhead;
  }
  const needed = new Set(["grpc-status", "exception"]);
  while (excess > 0) {
    const [name, value] = Object.entries(trailers).filter(([name]) => !needed.has(name))
      .reduce((a, b) => a[0] === "grpc-message" || a[1].length > b[1].length ? a : b, ["", ""]);
    if (name === "") break;
    const kept = value.slice(0, characterBoundary(value, Math.max(0, value.length - excess)));
    trailers[name] = kept;
    excess -= value.length - kept.length;
    needed.add(name);
  }
  return trailers;
}

/** The last place up to `at` where no percent-encoded character is cut in two. */
function characterBoundary(text: string, at: number): number {
  const percent = text.lastIndexOf("%", at - 1);
  let boundary = percent >= 0 && percent > at - 3 ? percent : at;
  // The second and later bytes of a character begin with the bits 10
  while (boundary > 0 && /^%[89AB]/.test(text.slice(boundary, boundary + 2))) boundary -= 3;
  return Math.max(0, boundary);
}

/**
 * A header's value from any text. Clients refuse headers that are not ASCII, and not all of them decode: a text that
 * can be sent stays as it is, of another one what cannot be sent is percent-encoded.
 */
function asciiValue(text: string): string {
  return percentEncode(text, /[^ -~]+/g);
}

function percentEncode(text: string, unfit: RegExp): string {
  return text.replace(unfit, (part) => {
    const hex = Buffer.from(part).toString("hex").toUpperCase();
    return hex.replace(/../g, "%$&");
  });
}

const unitMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 0.001,
  n: 0.000_001,
};

/** Milliseconds of a `grpc-timeout` header; undefined: none, or none that can be read, which is ignored as the original does. */
export function timeoutMs(header: string | undefined): number | undefined {
  const [, amount, unit = ""] = header?.match(/^(\d{1,8})([HMSmun])$/) ?? [];
  return amount === undefined ? undefined : Number(amount) * (unitMs[unit] ?? 1);
}

/** Whether a request is gRPC: `application/grpc`, with any `+encoding` or parameters. */
export function isGrpcContentType(contentType: string | undefined): boolean {
  return /^application\/grpc($|[+; ])/i.test(contentType ?? "");
}
