import { importVisitor, isTypeOnly } from "./import_visitor.ts";
import { fromRoot, root } from "./place.ts";
import { readSource, sourceFiles } from "./source_files.ts";

export type Edge = { readonly to: string; readonly typeOnly: boolean };

/** Which files of the repository each file imports; all as paths from the root. */
export type ModuleGraph = ReadonlyMap<string, readonly Edge[]>;

/** Reads the imports of every TypeScript file; what comes through a member's face is an import of the file behind it. */
export async function moduleGraph(): Promise<ModuleGraph> {
  const files = await sourceFiles();
  const entries = await entriesOf(files);
  const faces = new Map<string, Face>();
  for (const file of new Set(entries.values())) {
    if (/(^|\/)mod\.ts$/.test(file)) faces.set(file, faceOf(file, await readSource(file)));
  }
  const graph = new Map<string, readonly Edge[]>();
  for (const file of files.filter((file) => /\.tsx?$/.test(file))) {
    graph.set(file, edgesOf(file, { source: await readSource(file), entries, faces }));
  }
  return graph;
}

/** The names that each `mod.ts` shows. */
export async function facesOf(): Promise<ReadonlyMap<string, readonly string[]>> {
  const faces = new Map<string, readonly string[]>();
  for (const file of (await sourceFiles()).filter((file) => /(^|\/)mod\.ts$/.test(file))) {
    faces.set(file, [...faceOf(file, await readSource(file)).keys()]);
  }
  return faces;
}

type Sources = {
  readonly source: string;
  readonly entries: ReadonlyMap<string, string>;
  readonly faces: ReadonlyMap<string, Face>;
};

/** Which file gives each name that a `mod.ts` shows. */
type Face = ReadonlyMap<string, string>;

function edgesOf(file: string, { source, entries, faces }: Sources): Edge[] {
  const edges: Edge[] = [];
  visitImports(file, source, (specifier, node) => {
    const to = targetOf(file, specifier) ?? entries.get(specifier);
    if (to === undefined) return;
    const typeOnly = isTypeOnly(node);
    const face = faces.get(to);
    if (!face || node.type !== "ImportDeclaration") {
      edges.push({ to, typeOnly });
      return;
    }
    for (const imported of node.specifiers) {
      const name = imported.type === "ImportSpecifier" ? nameOf(imported.imported) : "*";
      const isType = imported.type === "ImportSpecifier" && imported.importKind === "type";
      edges.push({ to: face.get(name) ?? to, typeOnly: typeOnly || isType });
    }
  });
  return edges;
}

function faceOf(file: string, source: string): Face {
  const face = new Map<string, string>();
  visitImports(file, source, (specifier, node) => {
    const to = targetOf(file, specifier);
    if (to === undefined) return;
    if (node.type === "ExportNamedDeclaration") {
      for (const { exported } of node.specifiers) face.set(nameOf(exported), to);
    }
    if (node.type === "ExportAllDeclaration" && node.exported) face.set(nameOf(node.exported), to);
  });
  return face;
}

function visitImports(
  file: string,
  source: string,
  found: Parameters<typeof importVisitor>[0],
): void {
  const rules = { imports: { create: () => importVisitor(found) } };
  Deno.lint.runPlugin({ name: "graph", rules }, new URL(file, root).pathname, source);
}

function targetOf(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return fromRoot(new URL(specifier, new URL(file, root)).href);
}

function nameOf(node: Deno.lint.Identifier | Deno.lint.StringLiteral): string {
  return node.type === "Identifier" ? node.name : node.value;
}

/** What each member shows, by the name under which others import it. */
async function entriesOf(files: readonly string[]): Promise<Map<string, string>> {
  const entries = new Map<string, string>();
  for (const file of files.filter((file) => file.endsWith("/deno.json"))) {
    const { name, exports = {} } = JSON.parse(await readSource(file));
    for (const [entry, path] of Object.entries<string>(exports)) {
      entries.set(name + entry.slice(1), fromRoot(new URL(path, new URL(file, root)).href));
    }
  }
  return entries;
}

/** The first cycle found, its first file also as the last one; undefined when there is none. */
export function findCycle(graph: ModuleGraph): string[] | undefined {
  const finished = new Set<string>();
  const path: string[] = [];

  function visit(file: string): string[] | undefined {
    if (finished.has(file)) return undefined;
    const start = path.indexOf(file);
    if (start !== -1) return [...path.slice(start), file];
    path.push(file);
    for (const { to } of graph.get(file) ?? []) {
      const cycle = visit(to);
      if (cycle) return cycle;
    }
    path.pop();
    finished.add(file);
    return undefined;
  }

  for (const file of graph.keys()) {
    const cycle = visit(file);
    if (cycle) return cycle;
  }
  return undefined;
}

/** The files that run when this one is imported, itself included. */
export function runTimeClosure(graph: ModuleGraph, file: string): Set<string> {
  const closure = new Set([file]);
  for (const reached of closure) {
    for (const { to, typeOnly } of graph.get(reached) ?? []) if (!typeOnly) closure.add(to);
  }
  return closure;
}
