// Nearly every text is fine: one look settles it.
const suspicious = /[\0\ud800-\udfff]/;

/** The text as everything keeps it: what PostgreSQL refuses (U+0000) or changes (half a surrogate pair) is "�". */
export function storableText(text: string): string {
  return suspicious.test(text) ? text.toWellFormed().replaceAll("\0", "�") : text;
}

/** A value of JSON with every text and name in it storable; the very same where nothing had to be changed. */
export function storableJson(value: unknown): unknown {
  return isStorable(value) ? value : madeStorable(value);
}

/** Nearly everything is: nothing is built to see it. */
function isStorable(value: unknown): boolean {
  if (typeof value === "string") return !suspicious.test(value) || storableText(value) === value;
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every(isStorable);
  // Others are no JSON: whoever keeps the value says so.
  if (!isPlain(value)) return true;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const name in fields) {
    if (!isStorable(name) || !isStorable(fields[name])) return false;
  }
  return true;
}

function madeStorable(value: unknown): unknown {
  if (typeof value === "string") return storableText(value);
  if (typeof value !== "object" || value === null || !Array.isArray(value) && !isPlain(value)) {
    return value;
  }
  if (Array.isArray(value)) return value.map(storableJson);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [storableText(name), storableJson(item)]),
  );
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
