import type { Aggregate, EventSchemas, View } from "@headwater/core";
import type { ServiceDefinition } from "@headwater/host";
import type { Process } from "@headwater/sagas";
import { readSource, sourceFiles } from "./source_files.ts";

/** The files of one folder in `services`. */
export type ServiceFiles = {
  readonly folder: string;
  /** What each file exports, tests left out. */
  readonly modules: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** The texts of its tests. */
  readonly tests: ReadonlyMap<string, string>;
};

/** Every folder of `services` that defines a service. */
export async function readServices(): Promise<ServiceFiles[]> {
  const files = (await sourceFiles()).filter((file) => /^services\/[^/]+\/mod\.ts$/.test(file));
  const folders = files.map((file) => file.replace("/mod.ts", ""));
  const services = await Promise.all(folders.map(readService));
  return services.filter(({ modules }) => definitionIn(modules) !== undefined);
}

/** The files of one folder. */
export async function readService(folder: string): Promise<ServiceFiles> {
  const files = (await sourceFiles(`${folder}/`)).filter((file) => file.endsWith(".ts"));
  const modules = new Map<string, Record<string, unknown>>();
  const tests = new Map<string, string>();
  for (const file of files) {
    const name = file.slice(folder.length + 1);
    if (name.endsWith("_test.ts")) tests.set(name, await readSource(file));
    else modules.set(name, await import(`../../${file}`));
  }
  return { folder, modules, tests };
}

/** What was written in a service's folder and left out where it has to be named, a sentence each. */
export function forgotten(
  { folder, modules, tests }: ServiceFiles,
  services: readonly ServiceDefinition[],
): string[] {
  const definition = definitionIn(modules);
  if (!definition) return [];
  const examples = modules.get("examples.ts") ?? {};
  const contract = modules.get("contract.ts") ?? {};
  const contractTest = tests.get("contract_test.ts") ?? "";
  const otherTests = [...tests].filter(([file]) => file !== "contract_test.ts")
    .map(([, text]) => text).join("\n");
  const found = {
    aggregates: allExported(modules, isAggregate),
    views: allExported(modules, isView),
    sagas: allExported(modules, isSaga),
  };

  function unlisted(list: keyof typeof found): string[] {
    const listed = new Set<unknown>(definition?.[list]);
    return found[list].filter(({ value }) => !listed.has(value)).map(({ file, name }) =>
      `${folder}/mod.ts does not list "${name}" of ${file} in ${list}`
    );
  }
  function withoutExample(
    of: string,
    { suffix, types }: { readonly suffix: string; readonly types: readonly string[] },
  ): string[] {
    const given = examples[`${of}${suffix}`];
    const names = isObject(given) ? Object.keys(given) : [];
    return types.filter((type) => !names.includes(type))
      .map((type) => `${folder}/examples.ts has no example of "${type}" in ${of}${suffix}`);
  }
  function untested(types: readonly string[], what: string): string[] {
    return types.filter((type) => !named(otherTests, type))
      .map((type) => `no test in ${folder} names the ${what} "${type}"`);
  }

  const messages = Object.entries(contract).flatMap(([name, value]) => {
    const isCommands = found.aggregates.some((one) => one.value.commands === value);
    if (!isCommands && !isSchemas(value)) return [];
    const missing = named(contractTest, name)
      ? []
      : [`${folder}/contract_test.ts does not write and read "${name}"`];
    if (!isSchemas(value)) return missing;
    const { category } = value;
    // What every saga keeps is the engine's; only what was written before is the service's own
    const types = "formerly" in value ? Object.keys(Object(value.formerly)) : value.types;
    return [...missing, ...withoutExample(category, { suffix: "EventExamples", types })];
  });
  return [
    ...services.includes(definition) ? [] : [`services/app.ts does not list "${definition.name}"`],
    ...unlisted("aggregates"),
    ...unlisted("views"),
    ...unlisted("sagas"),
    ...messages,
    ...found.aggregates.flatMap(({ value: { name, commands, events } }) => {
      const types = Object.keys(commands);
      return [
        ...withoutExample(name, { suffix: "CommandExamples", types }),
        ...untested(types, "command"),
        ...untested(events.types, "event"),
      ];
    }),
    ...[...found.views, ...found.sagas].filter(({ name }) => !named(otherTests, name))
      .map(({ file, name }) => `no test in ${folder} names "${name}" of ${file}`),
  ];
}

/** What the folder's `mod.ts` shows to the host. */
export function definitionIn(modules: ServiceFiles["modules"]): ServiceDefinition | undefined {
  return Object.values(modules.get("mod.ts") ?? {}).find(isDefinition);
}

type Exported<Value> = { readonly file: string; readonly name: string; readonly value: Value };

function allExported<Value>(
  modules: ServiceFiles["modules"],
  is: (value: unknown) => value is Value,
): Exported<Value>[] {
  return [...modules].filter(([file]) => file !== "mod.ts").flatMap(([file, names]) =>
    Object.entries(names).flatMap(([name, value]) => is(value) ? [{ file, name, value }] : [])
  );
}

function named(text: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(text);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isDefinition(value: unknown): value is ServiceDefinition {
  return isObject(value) && "aggregates" in value && "categories" in value;
}

function isAggregate(value: unknown): value is Aggregate {
  return isObject(value) && "decide" in value && "commands" in value;
}

function isView(value: unknown): value is View {
  return isObject(value) && "columns" in value && "fingerprint" in value;
}

function isSaga(value: unknown): value is Process {
  return isObject(value) && "react" in value && "outstanding" in value;
}

/** Whether it is what `defineEvents` makes. */
export function isSchemas(value: unknown): value is EventSchemas {
  return isObject(value) && "category" in value && "decode" in value;
}
