/** What a guide tells its reader to do. */
export type GuideStep =
  | { readonly kind: "run"; readonly line: string }
  | { readonly kind: "change"; readonly file: string; readonly hunks: readonly Hunk[] };

/** Lines that stand in a file, and those that are there instead afterwards. */
export type Hunk = { readonly before: readonly string[]; readonly after: readonly string[] };

/** The steps of a guide: each line of its `sh` blocks, and each `diff PATH` block; "…" stands between its hunks. */
export function stepsOf(guide: string): GuideStep[] {
  return [...guide.matchAll(/^```(\w+) ?(.*)\n([^]*?)^```$/gm)]
    .flatMap(([, language, file = "", text = ""]): GuideStep[] => {
      const lines = text.trimEnd().split("\n");
      if (language === "sh") return lines.map((line) => ({ kind: "run", line }));
      if (language === "diff" && file !== "") {
        return [{ kind: "change", file, hunks: hunksOf(lines) }];
      }
      throw new Error(`Cannot follow a block of "${language} ${file}": it is no sh and no diff`);
    });
}

/** The text with every hunk in it. Throws for one whose lines do not stand there, or more than once. */
export function changed(text: string, hunks: readonly Hunk[]): string {
  return hunks.reduce((lines, { before, after }) => {
    const places = lines.flatMap((_, start) =>
      before.every((line, index) => lines[start + index] === line) ? [start] : []
    );
    const [place] = places;
    if (place === undefined || places.length > 1) {
      throw new Error(
        `Cannot change what stands there ${places.length} times:\n${before.join("\n")}`,
      );
    }
    return lines.toSpliced(place, before.length, ...after);
  }, text.split("\n")).join("\n");
}

function hunksOf(lines: readonly string[]): Hunk[] {
  const hunks: { before: string[]; after: string[] }[] = [{ before: [], after: [] }];
  for (const line of lines) {
    if (line === "…") {
      hunks.push({ before: [], after: [] });
      continue;
    }
    const { before, after } = hunks.at(-1)!;
    if (!line.startsWith("+")) before.push(line.slice(1));
    if (!line.startsWith("-")) after.push(line.slice(1));
  }
  return hunks;
}
