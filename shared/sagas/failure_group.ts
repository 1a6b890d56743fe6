/** Of a cause that somebody wrote at length, its beginning tells what it is. */
const longestGroup = 160;

/** What a cause has in common with others like it: without quoted values, ids and numbers. Null where there is none. */
export function failureGroup(cause: string | null): string | null {
  if (cause === null) return null;
  return cause
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '"…"')
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "…")
    .replaceAll(/\d+/g, "#")
    .slice(0, longestGroup).trim();
}
