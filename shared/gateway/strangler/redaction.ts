/** What nobody may see who only compares answers: the usual names, wherever they stand in a longer one. */
const usual =
  /pass(word|wd|phrase)|secret|token|authorization|cookie|api[-_]?key|credential|e-?mail|phone|iban|card|cvc|ssn/i;

const instead = "(redacted)";
const longest = 200;

/** Texts of values, without those that nobody may see. */
export type Redaction = {
  /** Of a value at a path: its JSON, cut off. */
  text(value: unknown, path: readonly (string | number)[]): string;
  /** Of a request's URL: path and query, without the values of such parameters. */
  line(method: string, url: string): string;
};

/** Keeps the values of fields back that have one of these names, or a usual one. */
export function redaction(names: readonly string[] = []): Redaction {
  const own = new Set(names.map((name) => name.toLowerCase()));

  function isHidden(name: string | number): boolean {
    return typeof name === "string" && (usual.test(name) || own.has(name.toLowerCase()));
  }

  return {
    text(value, path) {
      if (value === undefined) return "absent";
      if (path.some(isHidden)) return instead;
      const json = JSON.stringify(value, (name, part) => isHidden(name) ? instead : part);
      return cut(json ?? "absent", longest);
    },
    line(method, url) {
      const { pathname, searchParams } = new URL(url);
      for (const name of new Set(searchParams.keys())) {
        if (isHidden(name)) searchParams.set(name, instead);
      }
      const query = searchParams.size === 0 ? "" : `?${searchParams}`;
      return cut(`${method} ${pathname}${query}`, longest);
    },
  };
}

/** At a character, not in the middle of one. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
