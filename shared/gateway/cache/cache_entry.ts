import { fingerprint } from "@headwater/core";
import { edge } from "@headwater/http";
import type { PackedOnce } from "./repeated_answer.ts";
import type { BodyText } from "./bounded_text.ts";
import type { Made } from "./known_changes.ts";

/** An answer that is kept. */
export type CacheEntry = Made & {
  /** When it was asked for: milliseconds since 1970. */
  readonly at: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly etag: string;
  readonly body: BodyText;
  /** In this process. */
  readonly packed: PackedOnce;
};

/** Longer ones are not kept. */
export const longestBody = 256 * 1_024;

/** Made anew for each answer, or of the one request only. */
const ownHeaders = ["age", "cache-status", "connection", "content-length", "date"];
const requestHeaders = ["x-correlation-id"];

/**
 * The entry of an answer; undefined: it is for one client, for now, or of no position that is known, and is not kept.
 */
export function entryOf(
  answer: Response,
  { body, log, at, heard, vary }: {
    readonly body: BodyText;
    /** Of which the answer's position is; undefined: it is not known. */
    readonly log: string | undefined;
    readonly at: number;
    readonly heard: number;
    /** Headers of the request that are in the key. */
    readonly vary: readonly string[];
  },
): CacheEntry | undefined {
  const position = answer.headers.get("X-Position");
  if (log === undefined || position === null || !isForAll(answer, vary)) return undefined;
  const headers = edge.endToEndHeaders(answer.headers);
  for (const name of [...ownHeaders, ...requestHeaders]) headers.delete(name);
  // Others may keep it too, and ask whether it still is what it was; weak: a command's If-Match is of a revision
  if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-cache");
  const etag = headers.get("ETag") ?? `W/"${fingerprint(body.text)}"`;
  headers.set("ETag", etag);
  return {
    log,
    position: Number(position),
    heard,
    at,
    headers: [...headers],
    etag,
    body,
    packed: {},
  };
}

/** Whether it may be considered at all, before its body is read. */
export function isForAll({ status, headers }: Response, vary: readonly string[]): boolean {
  const control = headers.get("Cache-Control") ?? "";
  const varies = (headers.get("Vary") ?? "").split(",").map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "accept-encoding");
  return status === 200 && !headers.has("Set-Cookie") && !headers.has("Warning") &&
    !/\b(no-store|private)\b/i.test(control) &&
    varies.every((name) => vary.includes(name)) &&
    /^(application\/(.+\+)?json|text\/(?!event-stream))/.test(headers.get("Content-Type") ?? "") &&
    Number(headers.get("Content-Length") ?? 0) <= longestBody;
}

/** As text for a store that others read too. */
export function written({ heard: _own, packed: _here, ...entry }: CacheEntry): string {
  return JSON.stringify({ format: 1, ...entry });
}

/** Undefined: it is of another release, or not ours. */
export function entryIn(text: string | undefined): CacheEntry | undefined {
  if (text === undefined) return undefined;
  try {
    const { format, ...entry } = JSON.parse(text);
    return format === 1 ? { ...entry, heard: -1, packed: {} } : undefined;
  } catch {
    return undefined;
  }
}
