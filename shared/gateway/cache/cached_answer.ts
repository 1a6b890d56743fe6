import { edge } from "@headwater/http";
import type { CacheEntry } from "./cache_entry.ts";

/** RFC 9211. */
export const statusHeader = "Cache-Status";

/** A kept answer as it is given once more; where the client has it already, that it is still the same. */
export function cachedAnswer(
  { headers, body }: CacheEntry,
  { isMatch, said, ageMs, vary }: {
    readonly isMatch: boolean;
    /** Of what the cache did. */
    readonly said: string;
    readonly ageMs: number;
    readonly vary: readonly string[];
  },
): Response {
  // All in one go: a header that is set afterwards costs as much as the whole answer
  const all: [name: string, value: string][] = [
    ...headers.filter(([name]) => !isMatch || name !== "content-type") as [string, string][],
    [statusHeader, `headwater; ${said}`],
    ["Age", String(Math.max(0, Math.floor(ageMs / 1_000)))],
    ...vary.length === 0 ? [] : [["Vary", vary.join(", ")]] satisfies [string, string][],
  ];
  if (isMatch) return new Response(null, { status: 304, headers: all });
  // Without its length compression takes it for a long one
  all.push(["Content-Length", String(body.bytes)]);
  return new Response(body.text, { status: 200, headers: all });
}

/** RFC 9110, 13.1.2: tags are compared weakly. */
export function hasMatch(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === "*") return true;
  const tag = etag.replace(/^W\//, "");
  return ifNoneMatch.split(",").some((given) => given.trim().replace(/^W\//, "") === tag);
}

/** An answer that is not kept, with what the cache did. */
export function withStatus({ body, status, headers: given }: Response, said: string): Response {
  const headers = edge.endToEndHeaders(given);
  headers.set(statusHeader, `headwater; ${said}`);
  return new Response(body, { status, headers });
}
