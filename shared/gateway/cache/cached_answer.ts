import { edge } from "@headwater/http";
import { RepeatedAnswer } from "./repeated_answer.ts";
import type { CacheEntry } from "./cache_entry.ts";

/** RFC 9211. */
export const statusHeader = "Cache-Status";

/** A kept answer as it is given once more; where the client has it already, that it is still the same. */
export function cachedAnswer(
  { headers, body, packed }: CacheEntry,
  { isMatch, said, ageMs, vary }: {
    readonly isMatch: boolean;
    /** Of what the cache did. */
    readonly said: string;
    readonly ageMs: number;
    readonly vary: readonly string[];
  },
): Response {
  const answer = isMatch
    ? new Response(null, { status: 304 })
    : new RepeatedAnswer(body.text, packed);
  // One by one: others are added on its way out, before which Deno 2.9.6 makes in vain what it would send
  const own = answer.headers;
  for (const [name, value] of headers) {
    if (!isMatch || name !== "content-type") own.set(name, value);
  }
  own.set(statusHeader, `headwater; ${said}`);
  own.set("Age", String(Math.max(0, Math.floor(ageMs / 1_000))));
  if (vary.length > 0) own.set("Vary", vary.join(", "));
  // Without its length compression takes it for a long one
  if (!isMatch) own.set("Content-Length", String(body.bytes));
  return answer;
}

/** An answer that is not kept, with what the cache did. */
export function withStatus({ body, status, headers: given }: Response, said: string): Response {
  const headers = edge.endToEndHeaders(given);
  headers.set(statusHeader, `headwater; ${said}`);
  return new Response(body, { status, headers });
}
