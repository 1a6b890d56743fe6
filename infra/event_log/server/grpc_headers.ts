import { Buffer } from "node:buffer";
import type { GrpcError } from "./grpc_status.ts";

/** The trailers that end a call: status, message and the error's own, all of them ASCII. */
export function trailersOf(error: GrpcError): Record<string, string> {
  const trailers: Record<string, string> = {};
  for (const [name, value] of Object.entries(error.trailers)) {
    trailers[name] = asciiValue(value);
  }
  trailers["grpc-status"] = String(error.code);
  if (error.message !== "") trailers["grpc-message"] = percentEncode(error.message, /[^ -$&-~]+/g);
  return trailers;
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
