import { importVisitor, isTypeOnly } from "./import_visitor.ts";
import { fromRoot, root } from "./place.ts";
import { readSource, sourceFiles } from "./source_files.ts";

export type Edge = { readonly to: string; readonly typeOnly: boolean };

/** Which files of the repository each file imports; all as paths from the root. */
export type ModuleGraph = ReadonlyMap<string, readonly Edge[]>;

/** Reads the imports of every TypeScript file, those between members as their `exports` say. */
export async function moduleGraph(): Promise<ModuleGraph> {
  const files = await sourceFiles();
  const entries = await entriesOf(files);
  const graph = new Map<string, readonly Edge[]>();
  for (const file of files.filter((file) => /\.tsx?$/.test(file))) {
    graph.set(file, edgesOf(file, { source: await readSource(file), entries }));
  }
  return graph;
}

function edgesOf(
  file: string,
  { source, entries }: { readonly source: string; readonly entries: ReadonlyMap<string, string> },
): Edge[] {
  const edges: Edge[] = [];
  const visitor = importVisitor((specifier, node) => {
    const to = specifier.startsWith(".")
      ? fromRoot(new URL(specifier, new URL(file, root)).href)
      : entries.get(specifier);
    if (to !== undefined) edges.push({ to, typeOnly: isTypeOnly(node) });
  });
  const rules = { imports: { create: () => visitor } };
  Deno.lint.runPlugin({ name: "graph", rules }, new URL(file, root).pathname, source);
  return edges;
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
