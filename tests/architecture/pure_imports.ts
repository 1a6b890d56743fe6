import { placeOf } from "./place.ts";

/** What is not pure of the member that pure files are made of. */
const effectfulNames = ["acts", "eventLog", "machine", "repository", "silentLog", "time"];

/** What core's own pure files may take from packages; it wraps them for everybody else. */
const pureNames: Readonly<Record<string, readonly string[]>> = {
  uuid: ["parse", "v5"],
  "node:crypto": ["createHash", "hash"],
};

/** What sagas and policies are defined by. */
const sagaNames = ["defineSaga", "participant", "policy", "sagaEvents"];

const effectfulFile = /(^|\/)(routes|mod|examples|[a-z0-9_]+_(view|test))\.ts$/;

/** Which names of an import that is not pure may not be used where purity is asked for: of core, only some. */
export function effectfulLocals(node: Deno.lint.ImportDeclaration): string[] {
  const { source, specifiers } = node;
  return specifiers.filter((imported) =>
    source.value !== "@headwater/core" || imported.type !== "ImportSpecifier" ||
    imported.imported.type !== "Identifier" || effectfulNames.includes(imported.imported.name)
  ).map(({ local }) => local.name);
}

/** Whether a pure file may import this; what its own files do is seen when they are looked at themselves. */
export function isPureImport(node: Deno.lint.ImportDeclaration, file: string): boolean {
  const specifier = node.source.value;
  if (specifier.startsWith(".")) return !effectfulFile.test(specifier);
  if (specifier === "zod") return true;
  if (/^@shop\/[a-z-]+\/contract$/.test(specifier)) return true;
  const names = node.specifiers.map((imported) =>
    imported.type === "ImportSpecifier" && imported.imported.type === "Identifier"
      ? imported.imported.name
      : "*"
  );
  if (names.length === 0) return false;
  if (specifier === "@headwater/core") {
    return !names.some((name) => name === "*" || effectfulNames.includes(name));
  }
  if (specifier === "@headwater/sagas") return names.every((name) => sagaNames.includes(name));
  if (placeOf(file)?.member !== "shared/core") return false;
  return names.every((name) => pureNames[specifier]?.includes(name));
}
