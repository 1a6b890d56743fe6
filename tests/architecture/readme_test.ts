import assert from "node:assert/strict";
import { lintMessages } from "./lint_messages.ts";
import { readSource, sourceFiles } from "./source_files.ts";

const readme = await readSource("README.md");
const files = await sourceFiles();
const config = JSON.parse(await readSource("deno.json"));

Deno.test("the README's tree names nothing that does not exist", () => {
  for (const path of treePaths()) {
    const exists = files.some((file) => file === path || file.startsWith(`${path}/`));
    assert.ok(exists, `The tree names "${path}", which does not exist`);
  }
});

Deno.test("the README's tree names every folder of the first two levels, but for services", () => {
  const named = new Set(treePaths());
  const folders = new Set(
    files.filter((file) => !file.startsWith(".") && file.includes("/"))
      .map((file) => file.split("/").slice(0, -1).slice(0, 2).join("/"))
      // A new service touches its own folder and `app.ts`, nothing else.
      .filter((folder) => !folder.startsWith("services/")),
  );
  assert.deepEqual([...folders].filter((folder) => !named.has(folder)), []);
});

Deno.test("the README's import table says what the lint plugin does", () => {
  const [heads = [], , ...rows] = section("Who may import whom").split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  const told = rows.flatMap(([from = "", ...cells]) =>
    from.split(", ").map((name) => ({ name, cells }))
  );
  assert.deepEqual(told.map(({ name }) => name).toSorted(), Object.keys(fromFiles).toSorted());
  for (const { name, cells } of told) {
    for (const [index, cell] of cells.entries()) {
      assertCell(fromFiles[name]!, { to: heads[index + 1]!, cell });
    }
  }
});

Deno.test("every task that the README names exists", () => {
  for (const [, task] of readme.matchAll(/\bdeno(?:@[\d.]+)? task (?:--\S+ )*([a-z][\w:-]*)/g)) {
    assert.ok(config.tasks[task!], `The README names task "${task}", which does not exist`);
  }
});

const fromFiles: Readonly<Record<string, string>> = {
  core: "shared/core/any.ts",
  http: "shared/http/any.ts",
  identity: "shared/identity/any.ts",
  resilience: "shared/resilience/any.ts",
  gateway: "shared/gateway/any.ts",
  console: "shared/console/any.ts",
  sagas: "shared/sagas/any.ts",
  projections: "projections/any.ts",
  adapters: "infra/postgres/any.ts",
  host: "infra/host/any.ts",
  scaffold: "infra/scaffold/any.ts",
  "services/X": "services/order/any.ts",
  "services/app.ts": "services/app.ts",
  demo: "services/demo/any.ts",
  judge: "services/judge/any.ts",
  strangler_demo: "services/strangler_demo/any.ts",
  tests: "tests/scenarios/any.ts",
};

function assertCell(
  file: string,
  { to, cell }: { readonly to: string; readonly cell: string },
): void {
  const where = `${file} → ${to}`;
  if (cell === "–") return;
  if (to === "other services") {
    assert.equal(mayImport(file, "@shop/payment"), /`mod`/.test(cell), where);
    assert.equal(mayImport(file, "@shop/payment/contract"), /`contract`/.test(cell), where);
    return;
  }
  for (const name of to.split(", ")) {
    const engine = name === "adapters" ? "event-store" : name;
    if (file.includes(`/${engine}/`) || file.startsWith(`${engine}/`)) continue;
    assert.equal(mayImport(file, `@headwater/${engine}`), cell === "yes", where);
  }
}

function mayImport(file: string, specifier: string): boolean {
  return lintMessages("import-directions", { file, source: `import "${specifier}";` }).length === 0;
}

/** Of the tree's first column, and of the files that the line of a service tells. */
function treePaths(): string[] {
  const paths: string[] = [];
  let parent = "";
  let service = "";
  for (const line of section("The tree").split("```")[1]!.split("\n")) {
    const indent = line.length - line.trimStart().length;
    const [names = "", ...told] = line.trim().split(/ {2,}/);
    if (names === "") continue;
    if (indent <= 2) {
      const base = indent === 0 ? "" : parent;
      const found = names.split(" ").filter((name) => /^[\w./]+$/.test(name))
        .map((name) => base + name.replace(/\/$/, ""));
      paths.push(...found);
      if (indent === 0) parent = names;
      service = base === "services/" ? found[0]! : "";
    }
    if (service === "") continue;
    const text = indent <= 2 ? told.join(" ") : line;
    for (const [file] of text.matchAll(/\b[a-z_]+\.ts\b/g)) paths.push(`${service}/${file}`);
  }
  return paths;
}

function section(title: string): string {
  const text = readme.split(/^## /m).find((part) => part.startsWith(`${title}\n`));
  assert.ok(text, `The README has no section "${title}"`);
  return text;
}

Deno.test("the README is short", () => {
  const lines = readme.trimEnd().split("\n").length;
  assert.ok(lines <= 150, `The README has ${lines} lines`);
});
