// Nearly every text is fine: one look settles it.
const suspicious = /[\0\ud800-\udfff]/;

/** The text as everything keeps it: what PostgreSQL refuses (U+0000) or changes (half a surrogate pair) is "�". */
export function storableText(text: string): string {
  return suspicious.test(text) ? text.toWellFormed().replaceAll("\0", "�") : text;
}

/** A value of JSON with every text and name in it storable; the very same where nothing had to be changed. */
export function storableJson(value: unknown): unknown {
  if (typeof value === "string") return storableText(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(storableJson);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  // Others are no JSON: whoever keeps the value says so.
  if (![Object.prototype, null].includes(Object.getPrototypeOf(value))) return value;
  const fields = Object.entries(value);
  const kept = fields.map(([name, item]) => [storableText(name), storableJson(item)] as const);
  const isSame = kept.every(([name, item], index) => {
    const [givenName, given] = fields[index]!;
    return name === givenName && item === given;
  });
  return isSame ? value : Object.fromEntries(kept);
}
