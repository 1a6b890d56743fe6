/** Characters of a line. */
const longest = 160;
const deepest = 3;

/** The beginning of a value in a line; of a long one not more is looked at than is shown. */
export function dataSummary(value: unknown): string {
  const text = beginning(value, { left: longest, depth: 0 });
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

function beginning(
  value: unknown,
  { left, depth }: { readonly left: number; readonly depth: number },
): string {
  if (left <= 0) return "…";
  if (typeof value === "string") return JSON.stringify(value.slice(0, left + 1));
  if (typeof value !== "object" || value === null) return String(value);
  const isList = Array.isArray(value);
  if (depth >= deepest) return isList ? "[…]" : "{…}";
  const parts: string[] = [];
  let length = 2;
  for (const name in value) {
    if (!Object.hasOwn(value, name)) continue;
    const own: unknown = (value as Readonly<Record<string, unknown>>)[name];
    const text = beginning(own, { left: left - length, depth: depth + 1 });
    parts.push(isList ? text : `${name.slice(0, left + 1)}: ${text}`);
    length += (parts.at(-1)?.length ?? 0) + 2;
    if (length > left) break;
  }
  const inner = parts.join(", ");
  if (depth === 0 && !isList) return inner;
  return isList ? `[${inner}]` : `{${inner}}`;
}
