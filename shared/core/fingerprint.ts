import { hash } from "node:crypto";

/** SHA-256 of a JSON value, base64url; the order of an object's keys does not matter. */
export function fingerprint(value: unknown): string {
  return hash("sha256", JSON.stringify(value, sortKeys), "base64url");
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
