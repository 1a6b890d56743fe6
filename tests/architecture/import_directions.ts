import { importVisitor } from "./import_visitor.ts";
import { fromRoot, type Place, placeOf, root } from "./place.ts";

const peers = "tests/performance/peers";
/** What was there before, and is still run beside us. */
const legacy = "services/legacy_shop";

/** The members under the names by which others import them; `@shop/NAME` is `services/NAME`. */
const members: Readonly<Record<string, string>> = {
  "@headwater/console": "shared/console",
  "@headwater/core": "shared/core",
  "@headwater/gateway": "shared/gateway",
  "@headwater/http": "shared/http",
  "@headwater/identity": "shared/identity",
  "@headwater/resilience": "shared/resilience",
  "@headwater/sagas": "shared/sagas",
  "@headwater/testing": "shared/testing",
  "@headwater/projections": "projections",
  "@headwater/event-store": "infra/event_store",
  "@headwater/eventstoredb": "infra/eventstoredb",
  "@headwater/postgres": "infra/postgres",
  "@headwater/redis": "infra/redis",
  "@headwater/host": "infra/host",
  "@headwater/scaffold": "infra/scaffold",
};

const adapters = ["infra/event_store", "infra/eventstoredb", "infra/postgres", "infra/redis"];
const engines = [
  "shared/core",
  "shared/http",
  "shared/identity",
  "shared/resilience",
  "shared/gateway",
  "shared/console",
  "shared/sagas",
  "projections",
];

/** Which engines and machines each member may import. Services have words of their own, below. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  "shared/core": [],
  "shared/http": ["shared/core", "shared/resilience"],
  "shared/identity": ["shared/core", "shared/http", "shared/resilience"],
  "shared/resilience": ["shared/core"],
  "shared/gateway": ["shared/core", "shared/http", "shared/resilience"],
  "shared/console": ["shared/core", "shared/http", "shared/resilience"],
  "shared/sagas": ["shared/core"],
  "shared/testing": ["shared/core", "shared/sagas"],
  projections: ["shared/core"],
  "infra/event_store": ["shared/core"],
  "infra/eventstoredb": ["shared/core"],
  "infra/postgres": ["shared/core"],
  "infra/redis": ["shared/core"],
  "infra/host": [...engines, ...adapters],
  "infra/scaffold": ["shared/core", "shared/http", "infra/host"],
};
const services = [...engines, "infra/host"];
/** What puts services together, and what looks at them from outside. */
const wholeShop = ["services", "services/demo", "services/strangler_demo", "services/judge"];

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
    return target.isTest && !from.isTest && from.member !== "tests"
      ? '"testing" is for tests'
      : undefined;
  }
  const [, name = "", entry = "mod"] =
    specifier.match(/^(@(?:headwater|shop)\/[^/]+)(?:\/(.+))?$/) ?? [];
  if (name === "") return undefined;
  const member = members[name] ?? folderOf(name);
  if (member === from.member) return "inside a member paths are relative";
  return objectionAcross(from, { member, entry });
}

/** Files that know none of those who are measured: the work is the same for all, and so is how it is measured. */
const ofAll = ["call_cost", "cart", "cpu_time", "half_open"].map((name) =>
  `performance/${name}.ts`
);

function objectionToWork({ path }: Place): string | undefined {
  return ofAll.includes(path) ? undefined : "peers know nothing of Headwater";
}

function objectionAcross(
  from: Place,
  { member, entry }: { readonly member: string; readonly entry: string },
): string | undefined {
  if (from.member === peers) return "peers know nothing of Headwater";
  if (from.member === legacy) return "the old shop knows nothing of Headwater";
  if (member === "@headwater/tests") return "nobody may import tests";
  if (from.member === "tests") return undefined;
  if (member === "shared/testing" || entry === "testing") {
    return from.isTest ? undefined : '"testing" is for tests';
  }
  const isWholeShop = wholeShop.includes(from.member);
  if (member.startsWith("services/")) {
    if (!from.member.startsWith("services")) return "engines and machines know no service";
    const allowed = isWholeShop ? "mod" : "contract";
    if (entry === allowed || (isWholeShop && entry === "contract")) return undefined;
    return `from here only its "${allowed}" may be imported`;
  }
  const allowed = from.member.startsWith("services")
    ? [...services, ...(isWholeShop ? ["infra/scaffold"] : [])]
    : mayImport[from.member] ?? [];
  if (allowed.includes(member)) return undefined;
  // An adapter is tested against the server that it adapts.
  if (from.isTest && from.member.startsWith("infra/") && adapters.includes(member)) {
    return undefined;
  }
  return `${from.member} may import ${list(allowed)}`;
}

/** Names of members have dashes, names of folders have none. */
function folderOf(name: string): string {
  return name.replace("@shop/", "services/").replaceAll("-", "_");
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "nobody" : names.join(", ");
}
