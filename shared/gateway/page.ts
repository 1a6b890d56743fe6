/** What one service contributes to a page. */
export type PagePart = {
  /** In `data` and in `meta.parts`. */
  readonly name: string;
  /** What is asked for: the parameters of `path` are those of the page's path, and of `dependsOn`. */
  readonly from: { readonly service: string; readonly path: string };
  /** Without it there is no page. Default: false. */
  readonly required?: boolean;
  /** What stands there where the service has nothing (yet), and says so with 404. Default: null. */
  readonly empty?: unknown;
  /**
   * What stands there when the part cannot be had: null, what it was within the last minute, or always the same.
   * Default: none.
   */
  readonly fallback?: "none" | "stale" | { readonly static: unknown };
  /** Milliseconds, beside the wait for a read model that a client asks for. Default: 2,000. */
  readonly timeoutMs?: number;
  /** Parameters of `path` that another part's answer has: `{ customerId: "order.customerId" }`. */
  readonly dependsOn?: Readonly<Record<string, string>>;
};

/** An answer that is put together from several services. */
export type Page = {
  readonly path: string;
  /** Who may ask, as of routes; whose it is say the services that the parts come from. */
  readonly roles?: readonly string[] | undefined;
  readonly parts: readonly PagePart[];
  /** By what name descriptions know it, in camelCase; default: made of its path. */
  readonly operation?: string | undefined;
  /** What it is for, in one line. */
  readonly summary?: string | undefined;
};

/** Nobody waits longer, who has not said how long. */
export const usualPartMs = 2_000;

/**
 * A page of parts, which are asked for side by side, but for those that depend on others.
 *
 * Errors: parts of one name, parameters that nobody gives, parts that wait for each other.
 */
export function page(definition: Page): Page {
  const { path, roles, parts, operation, summary } = definition;
  const given = namesIn(path);
  const problems: string[] = [];
  for (const [index, part] of parts.entries()) {
    const { name, from, dependsOn = {}, timeoutMs = usualPartMs, required, fallback } = part;
    if (parts.findIndex((other) => other.name === name) < index) {
      problems.push(`part "${name}" is there twice`);
    }
    const missing = namesIn(from.path)
      .filter((parameter) => !given.includes(parameter) && !Object.hasOwn(dependsOn, parameter));
    if (missing.length > 0) problems.push(`nobody gives part "${name}" its ${missing.join(", ")}`);
    for (const field of Object.values(dependsOn)) {
      const [needed] = fieldOf(field);
      if (!parts.some((other) => other.name === needed)) {
        problems.push(`part "${name}" depends on "${field}", which is of no part`);
      }
    }
    if (required && typeof fallback === "object") {
      problems.push(`part "${name}" is required, and always the same would do`);
    }
    if (!(timeoutMs > 0)) problems.push(`part "${name}" has ${timeoutMs} ms`);
  }
  if (problems.length === 0 && inOrder(parts).length < parts.length) {
    problems.push("parts depend on each other");
  }
  if (problems.length > 0) throw new Error(`Cannot make page ${path}: ${problems.join("; ")}`);
  return { path, roles, parts, operation, summary };
}

/** Each after those that it depends on; without those that would wait for ever. */
export function inOrder(parts: readonly PagePart[]): readonly PagePart[] {
  const ordered: PagePart[] = [];
  for (let left = [...parts]; left.length > 0;) {
    const ready = left.filter((part) =>
      neededBy(part).every((name) => ordered.some((other) => other.name === name))
    );
    if (ready.length === 0) break;
    ordered.push(...ready);
    left = left.filter((part) => !ready.includes(part));
  }
  return ordered;
}

/** The names of the parts without whose answer this one cannot be asked for. */
function neededBy({ dependsOn = {} }: PagePart): readonly string[] {
  return Object.values(dependsOn).map((field) => fieldOf(field)[0]);
}

/** `order.customer.id`: of the part `order` what is at `customer` and then at `id`. */
export function fieldOf(text: string): [part: string, ...path: string[]] {
  const [part = "", ...path] = text.split(".");
  return [part, ...path];
}

function namesIn(path: string): readonly string[] {
  return (path.match(/:\w+/g) ?? []).map((name) => name.slice(1));
}
