import { pathOf } from "./plain_request.ts";

/**
 * The segments of a request's path, each written in one way (RFC 3986, 6.2.2): what is compared is what is sent on.
 * Of a path that `assertPlainRequest` has let through.
 */
export function segmentsOf(url: string): readonly string[] {
  return pathOf(url).split("/").slice(1).map((segment) =>
    segment.replace(/%[0-9a-f]{2}/gi, (encoded) => {
      const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
      return /[\w.~-]/.test(character) ? character : encoded.toUpperCase();
    })
  );
}

/** Values by name of a pattern's parameters, `*` among them with all that follows; undefined: it does not match. */
export function matched(
  pattern: string,
  segments: readonly string[],
): ReadonlyMap<string, string> | undefined {
  const values = new Map<string, string>();
  const parts = pattern.split("/").slice(1);
  for (const [index, part] of parts.entries()) {
    if (part === "*") {
      values.set("*", segments.slice(index).join("/"));
      return values;
    }
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (!part.startsWith(":")) {
      if (part !== segment) return undefined;
    } else if (segment === "") return undefined;
    else values.set(part.slice(1), segment);
  }
  return segments.length === parts.length ? values : undefined;
}

/** The path that a pattern stands for, with these values. */
export function filled(pattern: string, values: ReadonlyMap<string, string>): string {
  return pattern.replace(
    /\/(?::(\w+)|\*$)/g,
    (_, name: string | undefined) => `/${values.get(name ?? "*") ?? ""}`,
  );
}
