import { isTypeOnly } from "./import_visitor.ts";
import { placeOf } from "./place.ts";
import { effectfulLocals, isPureImport } from "./pure_imports.ts";
import { declareNames, isValueUse } from "./value_names.ts";

/** Which part of a file must be pure: all of it, the functions of these names with all they call, or nothing. */
export type PurePart = "all" | readonly string[] | "none";

type Source = { readonly file: string; readonly text: string };
type Range = readonly [start: number, end: number];
type AnyFunction =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression
  | Deno.lint.ArrowFunctionExpression;

const effectfulGlobals = new Set([
  ...["crypto", "performance", "fetch", "Deno", "console", "process", "globalThis", "self"],
  ...["setTimeout", "setInterval", "queueMicrotask", "navigator", "localStorage", "Promise"],
]);
const effectfulMembers = new Set(["Date.now", "Math.random", "Temporal.Now"]);

/** Deciders and processes must be pure, and of a view what folds events: its queries must reach the database. */
export const purity: Deno.lint.Rule = purityRule(purePartOf);

/** Members beside the services that have no rules of a domain. */
const notOfDomain = ["services/demo", "services/strangler_demo", "services/judge"];

/** What must be pure, told by the file's place, name and imports. */
export function purePartOf({ file, text }: Source): PurePart {
  const place = placeOf(file);
  if (
    !place?.member.startsWith("services/") || place.isTest || notOfDomain.includes(place.member)
  ) {
    return "none";
  }
  if (/_(process|saga)\.ts$/.test(place.path)) return "all";
  if (/_view\.ts$/.test(place.path)) return ["key", "evolve"];
  if (/_policy\.ts$/.test(place.path)) return ["key", "then"];
  if (/(^|\/)(routes|mod|contract|examples)\.ts$/.test(place.path)) return "none";
  const definesAggregate = /\baggregate\b[^;]*from "@headwater\/core"/.test(text);
  return definesAggregate ? "all" : "none";
}

/** The rule, with the choice of what must be pure. */
export function purityRule(purePart: (source: Source) => PurePart): Deno.lint.Rule {
  return {
    create(context) {
      const part = purePart({ file: context.filename, text: context.sourceCode.text });
      return part === "none" ? {} : purityVisitor(context, part);
    },
  };
}

function purityVisitor(
  context: Deno.lint.RuleContext,
  part: "all" | readonly string[],
): Deno.lint.LintVisitor {
  const findings: { node: Deno.lint.Node; what: string }[] = [];
  const uses: Deno.lint.Identifier[] = [];
  const declared = new Set<string>();
  const effectfulImports = new Map<string, string>();
  const functions = new Map<string, Range>();
  const entries: (Range | string)[] = [];

  function find(node: Deno.lint.Node, what: string): void {
    findings.push({ node, what });
  }

  function visitFunction(node: AnyFunction): void {
    if (node.async) find(node, "an async function");
    for (const param of node.params) declareNames(param, declared);
    if (node.type === "FunctionDeclaration" && node.id) {
      functions.set(node.id.name, node.range);
      declared.add(node.id.name);
    }
  }

  return {
    FunctionDeclaration: visitFunction,
    FunctionExpression: visitFunction,
    ArrowFunctionExpression: visitFunction,
    ImportDeclaration(node) {
      for (const { local } of node.specifiers) declared.add(local.name);
      if (isTypeOnly(node) || isPureImport(node, context.filename)) return;
      if (part === "all") find(node, `"${node.source.value}"`);
      else for (const name of effectfulLocals(node)) effectfulImports.set(name, name);
    },
    AwaitExpression: (node) => find(node, "await"),
    ForOfStatement(node) {
      if (node.await) find(node, "await");
    },
    VariableDeclaration(node) {
      for (const { id, init } of node.declarations) {
        declareNames(id, declared);
        if (id.type === "Identifier" && init?.type === "ArrowFunctionExpression") {
          functions.set(id.name, init.range);
        }
      }
      if (node.kind !== "const" && node.parent.type === "Program") {
        find(node, "state kept between calls");
      }
    },
    Property(node) {
      if (part === "all" || node.parent.type !== "ObjectExpression") return;
      if (node.key.type !== "Identifier" || !part.includes(node.key.name)) return;
      entries.push(node.value.type === "Identifier" ? node.value.name : [...node.value.range]);
    },
    NewExpression(node) {
      if (isDate(node.callee) && node.arguments.length === 0) find(node, "new Date()");
    },
    CallExpression(node) {
      if (isDate(node.callee)) find(node, "Date()");
    },
    MemberExpression({ object, property }) {
      if (object.type !== "Identifier" || property.type !== "Identifier") return;
      const name = `${object.name}.${property.name}`;
      if (effectfulMembers.has(name)) find(object, name);
    },
    Identifier(node) {
      if (isValueUse(node)) uses.push(node);
    },
    "Program:exit"(program: Deno.lint.Program) {
      for (const use of uses) {
        const isGlobal = effectfulGlobals.has(use.name) && !declared.has(use.name);
        if (isGlobal || effectfulImports.has(use.name)) find(use, `"${use.name}"`);
      }
      const pure = part === "all" ? [program.range] : reachable(entries, { uses, functions });
      for (const { node, what } of findings) {
        if (!pure.some((range) => isWithin(node.range, range))) continue;
        const hint = "Take it as an argument, or from the command's or event's data";
        context.report({ node, message: `Cannot use ${what} here: this must be pure`, hint });
      }
    },
  };
}

/** The functions of this file that are called, directly or not, from where it starts. */
function reachable(
  entries: readonly (Range | string)[],
  file: {
    readonly uses: readonly Deno.lint.Identifier[];
    readonly functions: ReadonlyMap<string, Range>;
  },
): Range[] {
  const ranges: Range[] = entries.filter((entry) => typeof entry !== "string");
  const names = new Set(entries.filter((entry) => typeof entry === "string"));
  for (const name of names) {
    const range = file.functions.get(name);
    if (range) ranges.push(range);
    else names.delete(name);
  }
  // A set is iterated over what is added meanwhile, so is an array: the search ends where nothing new is called.
  for (const range of ranges) {
    for (const use of file.uses) {
      const called = file.functions.get(use.name);
      if (!called || names.has(use.name) || !isWithin(use.range, range)) continue;
      names.add(use.name);
      ranges.push(called);
    }
  }
  return ranges;
}

function isWithin(inner: Range, outer: Range): boolean {
  return inner[0] >= outer[0] && inner[1] <= outer[1];
}

function isDate(node: Deno.lint.Node): boolean {
  return node.type === "Identifier" && node.name === "Date";
}
