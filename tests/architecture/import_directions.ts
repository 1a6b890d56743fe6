import { importVisitor } from "./import_visitor.ts";
import { fromRoot, type Place, placeOf, root } from "./place.ts";

/** The files of infra that put services and projections together. */
export const entryPoints = ["main.ts"];

const peers = "tests/performance/peers";

/** Who may import whom: the table of the README, for relative imports and for those by member name. */
export const importDirections: Deno.lint.Rule = {
  create(context) {
    const from = placeOf(context.filename);
    if (!from) return {};
    return importVisitor((specifier, node) => {
      const objection = objectionTo(specifier, { file: context.filename, from });
      if (objection) {
        context.report({ node, message: `Cannot import "${specifier}": ${objection}` });
      }
    });
  },
};

function objectionTo(
  specifier: string,
  { file, from }: { readonly file: string; readonly from: Place },
): string | undefined {
  if (specifier.startsWith(".")) {
    const target = placeOf(new URL(specifier, new URL(fromRoot(file), root)).href);
    if (from.member === peers && target?.member === "tests") return objectionToWork(target);
    if (target?.member !== from.member) {
      return `a relative path may not leave "${from.member}", import by the member's name`;
    }
    return objectionWithin(from, target);
  }
  const [, name, entry = "mod"] = specifier.match(/^@headwater\/([^/]+)(?:\/(.+))?$/) ?? [];
  if (name === undefined) return undefined;
  const member = memberNamed(name);
  if (member === from.member) return "inside a member paths are relative";
  return objectionAcross(from, { member, entry });
}

/** The work that is measured is the same for all: a file that knows none of them. */
function objectionToWork({ path }: Place): string | undefined {
  return path === "performance/cart.ts" ? undefined : "peers know nothing of Headwater";
}

function objectionWithin(from: Place, target: Place): string | undefined {
  if (from.isTest) return undefined;
  if (from.member === "shared" && isTesting(target.path) && !isTesting(from.path)) {
    return '"shared/testing" is for tests';
  }
  if (from.member === "infra" && !isEntryPoint(from) && isEntryPoint(target)) {
    return "an entry point is where the wiring ends, nothing but another entry point imports it";
  }
  return undefined;
}

function objectionAcross(
  from: Place,
  { member, entry }: { readonly member: string; readonly entry: string },
): string | undefined {
  if (from.member === peers) return "peers know nothing of Headwater";
  if (member === "shared") {
    if (!isTesting(entry) || from.isTest || from.member === "tests") return undefined;
    return '"shared/testing" is for tests';
  }
  if (from.member === "shared") return "shared knows nobody else";
  if (member === "infra") {
    return from.member === "tests" ? undefined : "only tests may import infra";
  }
  if (member === "projections") {
    if (from.member === "tests" || isEntryPoint(from)) return onlyEntries(entry, ["mod"]);
    return `only tests and infra's entry points (${entryPoints.join(", ")}) may import projections`;
  }
  if (member === "tests") return "nobody may import tests";
  if (from.member === "tests") return onlyEntries(entry, ["mod", "contract"]);
  if (from.member === "infra") {
    if (isEntryPoint(from)) return onlyEntries(entry, ["mod"]);
    return `within infra only the entry points (${entryPoints.join(", ")}) may import services`;
  }
  return onlyEntries(entry, ["contract"]);
}

function onlyEntries(entry: string, allowed: readonly string[]): string | undefined {
  if (allowed.includes(entry)) return undefined;
  return `from here only its ${allowed.map((name) => `"${name}"`).join(" and ")} may be imported`;
}

function isTesting(path: string): boolean {
  return path.startsWith("testing/");
}

function isEntryPoint({ member, path }: Place): boolean {
  return member === "infra" && entryPoints.includes(path.replace(/_test\.ts$/, ".ts"));
}

function memberNamed(name: string): string {
  return ["shared", "projections", "infra", "tests"].includes(name) ? name : `services/${name}`;
}
