/**
 * Adds a word to the end of the list `name: [...]`, which must be there once and without brackets in it.
 * Undefined: it is not.
 */
export function addToList(
  text: string,
  { list, word }: { readonly list: string; readonly word: string },
): string | undefined {
  const found = listIn(text, list);
  if (!found) return undefined;
  const { start, content } = found;
  const end = start + content.length;
  const names = content.trimEnd();
  const isFirst = names.trim() === "";
  const comma = isFirst || names.endsWith(",") ? "" : ",";
  // A comment on the last one stays with it.
  const comment = text.slice(start + names.length, end).trimEnd();
  const before = text.slice(0, start + names.length) + comma + comment;
  const gap = comment !== "" ? "\n" : isFirst ? "" : " ";
  return before + gap + word + (names.endsWith(",") ? "," : "") + text.slice(end);
}

/** Adds a property with a list of one word after the first of these lists that is there. */
export function addListAfter(
  text: string,
  { lists, list, word }: {
    readonly lists: readonly string[];
    readonly list: string;
    readonly word: string;
  },
): string | undefined {
  const found = lists.map((name) => listIn(text, name)).find((one) => one !== undefined);
  if (!found) return undefined;
  const at = found.start + found.content.length + 1;
  return `${text.slice(0, at)},\n${list}: [${word}]${text.slice(at)}`;
}

/** Whether there is a property of this name, outside comments and strings. */
export function hasProperty(text: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b\\s*[:,]`).test(masked(text));
}

/**
 * Adds `import { word } from "specifier";`: to what is imported from there, or in its alphabetical place among imports of
 * its kind, or after all. One that is there stays.
 */
export function addImport(
  text: string,
  { word, from }: { readonly word: string; readonly from: string },
): string {
  const line = `import { ${word} } from "${from}";`;
  const statements = importsOf(text);
  const same = statements.find(({ specifier, names }) => specifier === from && names !== undefined);
  if (same) {
    if (same.names?.includes(word)) return text;
    const [before = ""] = same.masked.match(/^[^}]*[^},\s]/) ?? [];
    const at = same.index + before.length;
    return `${text.slice(0, at)}, ${word}${text.slice(at)}`;
  }
  const next = statements.find(({ specifier }) =>
    kindOf(specifier) === kindOf(from) && specifier > from
  );
  if (next) return `${text.slice(0, next.index)}${line}\n${text.slice(next.index)}`;
  const last = statements.at(-1);
  if (!last) return `${line}\n\n${text}`;
  return `${text.slice(0, last.end)}\n${line}${text.slice(last.end)}`;
}

/** The text with all of another file at its end, and what that imports. */
export function append(text: string, other: string): string {
  const statements = importsOf(other);
  const body = other.slice(statements.at(-1)?.end ?? 0).trim();
  const words = statements.flatMap(({ specifier: from, names = [] }) =>
    names.map((word) => ({ word, from }))
  );
  return `${words.reduce(addImport, text).trimEnd()}\n\n${body}\n`;
}

/** The import statements; `names`: of one of values by their names. */
function importsOf(text: string) {
  return [...masked(text).matchAll(/^import\b[^;]*;/gm)].map(({ index, 0: found }) => {
    const end = index + found.length;
    const [, specifier = ""] = text.slice(index, end).match(/["']([^"']*)["'];$/) ?? [];
    const [, list] = found.match(/^import\s*\{([^{}]*\w[^{}]*)\}\s*from\b/) ?? [];
    const names = list?.split(",").map((name) => name.trim()).filter((name) => name !== "");
    return { index, end, specifier, names, masked: found };
  });
}

function kindOf(specifier: string): string {
  return specifier.match(/^\.|^@[^/]+\//)?.[0] ?? "";
}

function listIn(text: string, name: string) {
  const lists = [...masked(text).matchAll(new RegExp(`\\b${name}:\\s*\\[([^\\[\\]]*)\\]`, "g"))];
  const [found, another] = lists;
  if (!found || another) return undefined;
  const [all, content = ""] = found;
  return { start: found.index + all.length - content.length - 1, content };
}

/** The same text with blanks for comments and letters for strings, each in its place. */
function masked(text: string): string {
  const parts =
    /\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;
  return text.replace(
    parts,
    (part) => part.replace(/[^\n]/g, part.startsWith("/") ? " " : "x"),
  );
}
