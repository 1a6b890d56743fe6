/** Where a text stops being JSON. */
export type JsonFault = { readonly line: number; readonly column: number };

const space = /[ \t\n\r]*/y;
const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// deno-lint-ignore no-control-regex -- JSON forbids them unescaped
const characters = /(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

/**
 * Finds the first character that no JSON text could have there; undefined for JSON. The engine's own messages give the
 * place only sometimes. Recursive: for texts whose depth is bounded.
 */
export function locateJsonFault(text: string): JsonFault | undefined {
  let at = 0;

  function take(pattern: RegExp): boolean {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found !== null;
  }

  function skip(character: string): boolean {
    take(space);
    if (text[at] !== character) return false;
    at++;
    return true;
  }

  function isString(): boolean {
    return skip('"') && take(characters) && take(/"/y);
  }

  function isMember(): boolean {
    return isString() && skip(":") && isValue();
  }

  function isList(closing: string, isItem: () => boolean): boolean {
    if (skip(closing)) return true;
    do {
      if (!isItem()) return false;
    } while (skip(","));
    return skip(closing);
  }

  function isValue(): boolean {
    if (skip("{")) return isList("}", isMember);
    if (skip("[")) return isList("]", isValue);
    return text[at] === '"' ? isString() : take(scalar);
  }

  if (isValue() && (take(space), at === text.length)) return undefined;
  const lines = text.slice(0, at).split("\n");
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}
