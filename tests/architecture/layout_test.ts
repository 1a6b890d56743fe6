import assert from "node:assert/strict";
import { moduleGraph } from "./module_graph.ts";
import { placeOf } from "./place.ts";
import { purePartOf } from "./purity.ts";
import { readSource, sourceFiles } from "./source_files.ts";

type Config = {
  readonly name?: string;
  readonly workspace?: readonly string[];
  readonly exports?: string | Readonly<Record<string, string>>;
  readonly imports?: Readonly<Record<string, string>>;
  readonly tasks?: Readonly<Record<string, { readonly description?: string; command?: string }>>;
};

const files = await sourceFiles();
const workspace = await readConfig("deno.json");
const members = files.filter((file) => file.endsWith("/deno.json"))
  .map((file) => file.replace("/deno.json", ""))
  .filter((folder) => folder !== "tests/performance/peers");
const notOfShop = ["demo", "strangler_demo", "judge", "legacy_shop"].map((name) =>
  `services/${name}`
);
const services = members.filter((member) => member.startsWith("services/"))
  .filter((member) => !notOfShop.includes(member));

Deno.test("every folder with a deno.json is a member, but for the benchmarks' rivals", () => {
  const patterns = (workspace.workspace ?? [])
    .map((pattern) => new RegExp(`^${pattern.replace("./", "").replace("*", "[^/]+")}$`));
  for (const member of members) {
    assert.ok(patterns.some((pattern) => pattern.test(member)), `${member} is in no workspace`);
  }
});

Deno.test("every TypeScript file belongs to a member", () => {
  assert.deepEqual(files.filter((file) => isSource(file) && !placeOf(file)), []);
});

Deno.test("every member is named after its folder and shows files that exist", async () => {
  for (const member of members) {
    const { name, exports = {} } = await readConfig(`${member}/deno.json`);
    const folder = member.replace(/^.*\//, "").replaceAll("_", "-");
    assert.equal(name, `${member.startsWith("services/") ? "@shop" : "@headwater"}/${folder}`);
    const faces = typeof exports === "string" ? { ".": exports } : exports;
    for (const path of Object.values(faces)) {
      const file = path.replace("./", `${member}/`);
      assert.ok(files.includes(file), `${name} shows "${path}", which does not exist`);
    }
  }
});

Deno.test("every service has the same shape", async () => {
  for (const service of services) {
    const own = files.filter((file) => file.startsWith(`${service}/`))
      .map((file) => file.slice(service.length + 1));
    const deciders: string[] = [];
    for (const name of own.filter((name) => name.endsWith(".ts"))) {
      const text = await readSource(`${service}/${name}`);
      const isDecider = purePartOf({ file: `${service}/${name}`, text }) === "all" &&
        !/_(process|saga)\.ts$/.test(name);
      if (isDecider) deciders.push(name);
    }
    const { exports } = await readConfig(`${service}/deno.json`);
    assert.ok(own.includes("mod.ts"), `${service} has no mod.ts`);
    const deep = own.filter((name) => name.includes("/") && !name.startsWith("testing/"));
    assert.deepEqual(deep, [], `${service} is flat`);
    if (!own.includes("contract.ts")) {
      assert.deepEqual(deciders, [], `${service} decides without a contract`);
      assert.deepEqual(exports, { ".": "./mod.ts" });
      continue;
    }
    for (const name of ["examples.ts", "routes.ts"]) {
      assert.ok(own.includes(name), `${service} has no ${name}`);
    }
    assert.ok(deciders.length > 0, `${service} has no decider`);
    for (const decider of deciders) {
      const test = decider.replace(".ts", "_test.ts");
      assert.ok(own.includes(test), `${service}/${decider} has no test beside it`);
    }
    assert.deepEqual(exports, { ".": "./mod.ts", "./contract": "./contract.ts" });
  }
});

Deno.test("every task says what it does and asks for what it needs", () => {
  for (const [name, { description, command = "" }] of Object.entries(workspace.tasks ?? {})) {
    assert.ok(description, `Task "${name}" has no description`);
    assert.doesNotMatch(command, /(^|\s)(-A|--allow-all)\b/, `Task "${name}" may do anything`);
  }
});

Deno.test("every package has an exact version", async () => {
  const configs = files.filter((file) => /(^|\/)deno\.json$/.test(file));
  for (const file of configs) {
    for (const [name, target] of Object.entries((await readConfig(file)).imports ?? {})) {
      if (target.startsWith("./")) continue;
      assert.match(target, /^npm:(@[^/@]+\/)?[^/@]+@\d+\.\d+\.\d+(-[\w.]+)?$/, `${file}: ${name}`);
    }
  }
});

Deno.test("every decision has a number of its own and fits on a screen", async () => {
  const decisions = files.filter((file) => file.startsWith("docs/decisions/"));
  const numbers = new Set<string>();
  for (const file of decisions) {
    const [, number] = file.match(/^docs\/decisions\/(\d{4})-[a-z0-9-]+\.md$/) ?? [];
    assert.ok(number, `${file} is not named like "0001-why-not.md"`);
    assert.ok(!numbers.has(number), `${file} has the number of another decision`);
    numbers.add(number);
    const lines = (await readSource(file)).trimEnd().split("\n").length;
    assert.ok(lines <= 40, `${file} has ${lines} lines`);
  }
});

Deno.test("tests stand beside what they test, or in tests", () => {
  // "handle_command_race_test.ts" is more about "handle_command.ts".
  const tested = new Set(
    files.filter((file) => isSource(file) && !isTest(file))
      .map((file) => file.replace(/\.tsx?$/, "")),
  );
  const lonely = files.filter((file) => isTest(file) && !file.startsWith("tests/"))
    .filter((file) => !namesTested(file).some((name) => tested.has(name)));
  assert.deepEqual(lonely, []);
});

Deno.test("what only tests are made of stands in testing folders, or in tests", async () => {
  const graph = await moduleGraph();
  const users = new Map<string, string[]>();
  for (const [file, edges] of graph) {
    for (const { to } of edges) users.set(to, [...users.get(to) ?? [], file]);
  }
  const strays: string[] = [];
  for (const file of files.filter((file) => isSource(file) && !placeOf(file)?.isTest)) {
    if (mayHoldTests.some((place) => place.test(file))) continue;
    const isStray = (users.get(file) ?? []).every((user) => placeOf(user)?.isTest);
    // What is started rather than imported has no users.
    if (isStray && (users.has(file) || isRunByTests(file))) strays.push(file);
  }
  assert.deepEqual(strays, []);
});

const mayHoldTests = [
  /^tests\//,
  /^services\/[^/]+\/examples\.ts$/,
  // What is copied rather than imported.
  /^infra\/scaffold\/template\//,
  // What moves into `testing` with the event store.
  /^infra\/event_log\//,
  // A task runs it.
  /^infra\/host\/certificate_permission\.ts$/,
];

function isRunByTests(file: string): boolean {
  return /_until_killed\.ts$|\/hold_\w+\.ts$/.test(file);
}

function isSource(file: string): boolean {
  return /\.tsx?$/.test(file);
}

function isTest(file: string): boolean {
  return file.endsWith("_test.ts");
}

/** Of "a/b_c_test.ts": "a/b_c" and "a/b". */
function namesTested(file: string): readonly string[] {
  const words = file.replace("_test.ts", "").split("_");
  return words.map((_, index) => words.slice(0, index + 1).join("_"));
}

async function readConfig(file: string): Promise<Config> {
  return JSON.parse(await readSource(file));
}
