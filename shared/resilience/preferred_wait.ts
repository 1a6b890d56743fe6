/** What a query waits for its read model when the client does not say. */
const defaultWaitSeconds = 2;
/** Longer than most proxies hold a request open. */
const longestWaitSeconds = 30;

/** The parts of a `Prefer` header in lower case. */
export function preferences(headers: Headers): string[] {
  const header = headers.get("Prefer")?.toLowerCase() ?? "";
  return header.split(/[,;]/).map((preference) => preference.trim());
}

/**
 * Seconds that a request with `X-Min-Position` may wait: `Prefer: wait=<seconds>` (RFC 7240), at most 30; what is not
 * understood is passed over.
 */
export function preferredWaitSeconds(headers: Headers): number {
  const wait = preferences(headers)
    .map((preference) => /^wait="?(\d{1,9})"?$/.exec(preference)?.[1])
    .find((seconds) => seconds !== undefined);
  return Math.min(Number(wait ?? defaultWaitSeconds), longestWaitSeconds);
}
