/** What .NET says in escapes that JavaScript lacks. Without `m`, `^` and `$` stand for the whole text's ends here too. */
const anchors: Readonly<Record<string, string>> = {
  "\\A": "(?<![^])",
  "\\z": "(?![^])",
  "\\Z": "(?=\\n?(?![^]))",
};

/**
 * A regular expression as .NET reads it, as far as both dialects go: options at its beginning, `(?i)` for example, and
 * anchors of the whole text are understood as well. Throws a `SyntaxError` for what JavaScript cannot say.
 */
export function compileRegex(source: string): RegExp {
  const [, options = ""] = source.match(/^\(\?([ims]+)\)/) ?? [];
  const body = source.slice(options === "" ? 0 : options.length + "(?)".length);
  const pattern = body.replace(
    /\[(?:\\[^]|[^\]\\])*\]|\\[^]/g,
    (part) => anchors[part] ?? part,
  );
  const flags = [...new Set(options)].join("");
  try {
    return new RegExp(pattern, `${flags}u`);
  } catch {
    // Escapes that .NET lets pass, `\-` for example, are errors with the flag "u" only
    return new RegExp(pattern, flags);
  }
}
