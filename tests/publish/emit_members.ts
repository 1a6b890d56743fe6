import { join } from "node:path";
import ts from "typescript";
import { fromRoot } from "../architecture/place.ts";
import { absolute, type PublishedMember } from "./members.ts";

/** JavaScript and type declarations by path, from the root of the repository. */
export type Emitted = ReadonlyMap<string, string>;

const options: ts.CompilerOptions = {
  // Node 22 has all of it; what is newer in the language, `using` for example, is written out
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  rewriteRelativeImportExtensions: true,
  declaration: true,
  jsx: ts.JsxEmit.ReactJSX,
  jsxImportSource: "hono/jsx",
  strict: true,
  noUncheckedIndexedAccess: true,
  // Deno has checked them
  noCheck: true,
  skipLibCheck: true,
  types: ["node"],
};

/**
 * Translates what members show, and all that it is made of. Packages of npm are looked up in the `node_modules` of the
 * folder `dependencies`, and other members among these.
 */
export function emitMembers(
  members: readonly PublishedMember[],
  dependencies: string,
): Emitted {
  const entries = new Map(
    members.flatMap(({ name, folder, exports }) =>
      Object.entries(exports).map(([face, path]) => [name + face.slice(1), file(folder, path)])
    ),
  );
  const outDir = join(dependencies, "emitted");
  const settings: ts.CompilerOptions = {
    ...options,
    rootDir: absolute(""),
    outDir,
    typeRoots: [join(dependencies, "node_modules", "@types")],
  };
  const host = ts.createCompilerHost(settings);
  host.resolveModuleNameLiterals = (literals, containingFile) =>
    literals.map(({ text }) => {
      const member = entries.get(text);
      if (member !== undefined) {
        const extension = ts.Extension.Ts;
        return { resolvedModule: { resolvedFileName: member, extension } };
      }
      const isOurs = !containingFile.includes("/node_modules/");
      const from = isOurs && !text.startsWith(".") ? join(dependencies, "any.ts") : containingFile;
      return ts.resolveModuleName(text, from, settings, host);
    });
  const rootNames = members.flatMap(({ folder, exports, bin }) =>
    [...Object.values(exports), ...(bin === undefined ? [] : [bin])].map((path) =>
      file(folder, path)
    )
  );
  const emitted = new Map<string, string>();
  const { diagnostics } = ts.createProgram({ rootNames, options: settings, host }).emit(
    undefined,
    (path, text) => emitted.set(path.slice(outDir.length + 1), withJsExtensions(path, text)),
  );
  const problems = diagnostics.map(({ messageText }) =>
    ts.flattenDiagnosticMessageText(messageText, "\n")
  );
  if (problems.length > 0) throw new Error(`Cannot translate: ${problems.join("\n")}`);
  return emitted;
}

/** TypeScript leaves the extensions in declarations as they are. */
function withJsExtensions(path: string, text: string): string {
  if (!path.endsWith(".d.ts")) return text;
  return text.replace(/((?:from|import\()\s*"\.{1,2}\/[^"]+)\.tsx?"/g, '$1.js"');
}

function file(folder: string, path: string): string {
  return absolute(fromRoot(join(folder, path)));
}
