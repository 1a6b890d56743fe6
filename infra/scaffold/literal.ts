/** A value of an example, as code writes it. */
export function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return fieldsOf(
    Object.entries(value).map(([name, part]) => [name, literal(part)] as const),
  );
}

/** An object of these fields, whose values are code. */
export function fieldsOf(fields: readonly (readonly [name: string, code: string])[]): string {
  const all = fields.map(([name, code]) =>
    `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)}: ${code}`
  );
  return `{ ${all.join(", ")} }`;
}
