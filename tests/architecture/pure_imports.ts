import { placeOf } from "./place.ts";

/** What a pure file may take from packages; `shared/domain` wraps them for everybody else. */
const pureNames: Readonly<Record<string, readonly string[]>> = {
  uuid: ["v5"],
  "node:crypto": ["createHash"],
};

const effectfulFile = /(^|\/)(routes|mod|examples|[a-z0-9_]+_(view|test))\.ts$/;

/** Whether a pure file may import this; what its own files do is seen when they are looked at themselves. */
export function isPureImport(node: Deno.lint.ImportDeclaration, file: string): boolean {
  const specifier = node.source.value;
  if (specifier.startsWith(".")) return !effectfulFile.test(specifier);
  if (specifier === "zod") return true;
  if (/^@headwater\/(shared\/domain\/[a-z0-9_]+|[a-z_]+\/contract)$/.test(specifier)) return true;
  if (placeOf(file)?.member !== "shared") return false;
  return node.specifiers.length > 0 &&
    node.specifiers.every((imported) =>
      imported.type === "ImportSpecifier" && imported.imported.type === "Identifier" &&
      pureNames[specifier]?.includes(imported.imported.name)
    );
}
