import { z } from "zod";
import { contradictionsIn } from "./contradictions.ts";
import { type ResilienceSettings, settingsSchema } from "./resilience_settings.ts";

/** Some of the numbers; what is left out stays as it is. */
export type SomeSettings = {
  readonly [Name in keyof ResilienceSettings]?: ResilienceSettings[Name] extends object
    ? Partial<ResilienceSettings[Name]>
    : ResilienceSettings[Name];
};

/** What somebody wants otherwise than usual: of calls to all targets, and to single ones. */
export type SettingsByTarget = {
  readonly all?: SomeSettings;
  /** By name: of a service, or of an upstream. */
  readonly targets?: Readonly<Record<string, SomeSettings>>;
};

/** Numbers that cannot be used: all that is wrong with them. */
export class SettingsRefused extends Error {
  /** As it stands in logs. */
  override readonly name = "SettingsRefused";

  /** The message is for people, and may change. */
  constructor(readonly problems: readonly string[], options?: ErrorOptions) {
    super(problems.join("; "), options);
  }
}

/** The numbers for one target, whether or not anybody has said anything about it. */
export type SettingsOf = (target: string) => ResilienceSettings;

const someSettings = z.record(z.string(), z.unknown(), { error: "an object of settings" });
const byTarget = z.strictObject({
  all: someSettings.optional(),
  targets: z.record(z.string(), someSettings, { error: "an object of targets" }).optional(),
}, { error: "an object with all and targets" });

/**
 * Puts together what was said of targets: later layers count before earlier ones, and in each what is said of one target
 * before what is said of all. What a layer says may come from a file.
 *
 * Errors: `SettingsRefused` with each place, what stands there, and what is allowed with the reason.
 */
export function settingsByTarget(
  layers: readonly unknown[],
  { targets }: {
    /** Names that there are; undefined: nobody knows them all. */
    readonly targets?: readonly string[] | undefined;
  } = {},
): SettingsOf {
  const read = layers.map(readLayer);
  const named = [...new Set(read.flatMap((layer) => Object.keys(layer.targets ?? {})))];
  const problems = named.filter((name) => targets?.includes(name) === false)
    .map((name) => `targets.${name} is not known, known: ${targets?.join(", ")}`);
  function settingsFor(name: string | undefined): ResilienceSettings | undefined {
    const given = read.reduce<Record<string, unknown>>((before, layer) => {
      const own = name === undefined ? undefined : layer.targets?.[name];
      return merged(merged(before, layer.all ?? {}), own ?? {});
    }, {});
    const { data, error } = settingsSchema.safeParse(given);
    const at = name === undefined ? "all" : `targets.${name}`;
    problems.push(
      ...data
        ? contradictionsIn(data).map(({ path, value, allowed }) =>
          `${at}.${path} is ${value}, allowed: ${allowed}`
        )
        : problemsOf(error, { at, given }),
    );
    return data;
  }
  const usual = settingsFor(undefined);
  // What is wrong with all is said once
  const own = new Map(usual ? named.map((name) => [name, settingsFor(name)]) : []);
  if (problems.length > 0 || !usual) throw new SettingsRefused(problems);
  return (target) => own.get(target) ?? usual;
}

type Layer = z.output<typeof byTarget>;

function readLayer(given: unknown): Layer {
  const { data, error } = byTarget.safeParse(given);
  if (data) return data;
  throw new SettingsRefused(problemsOf(error, { at: undefined, given }), { cause: error });
}

/** Groups are put together, too; what is no group is taken as it is, and refused if there should be one. */
function merged(
  before: Record<string, unknown>,
  over: Record<string, unknown>,
): Record<string, unknown> {
  const both = { ...before };
  for (const [name, value] of Object.entries(over)) {
    const old = both[name];
    both[name] = isGroup(old) && isGroup(value) ? { ...old, ...value } : value;
  }
  return both;
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function problemsOf(
  { issues }: z.ZodError,
  { at, given }: { readonly at: string | undefined; readonly given: unknown },
): readonly string[] {
  return issues.flatMap((issue) => {
    const place = [at, ...issue.path].filter((part) => part !== undefined).join(".");
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => `${place === "" ? "" : `${place}.`}${key} is not known`);
    }
    const value = issue.path.reduce<unknown>((within, key) => Object(within)[key], given);
    const shown = (JSON.stringify(value) ?? "nothing").slice(0, 100);
    return [`${place || "the settings"} is ${shown}, allowed: ${issue.message}`];
  });
}
