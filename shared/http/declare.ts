import type { View } from "@headwater/core";
import type { MiddlewareHandler } from "hono";
import type { RouteDescription } from "./openapi/described_route.ts";
import type { RouteOwner } from "./openapi/owned.ts";
import { assertOwn } from "./route_owner.ts";
import type { ServiceEnv } from "./service_app.ts";

/**
 * What a service says of a public route, for whoever stands before it. Of it the service itself only sees to it that
 * customers get nothing but their own.
 */
export type RouteDeclaration = RouteDescription & {
  /** Who goes first when there is more to do than can be done; default: normal. */
  readonly priority: "critical" | "normal" | "best-effort" | "bulk";
  /**
   * Who may ask: one of them is enough. `public` is everybody, `customer` whoever owns what is asked for, `operator` and
   * `admin` who operates; others are as tokens name them. Default: `["operator"]`, which like all others is asked for only
   * where an application has been told who gives tokens.
   */
  readonly roles?: readonly string[];
  /** Whose it is that customers ask for; with the role `customer` only. */
  readonly owner?: RouteOwner | undefined;
  /** How many requests one client may send within so many milliseconds; default: any number. */
  readonly rate?: { readonly requests: number; readonly windowMs: number } | undefined;
  /** Default: every request is the service's to answer. */
  readonly cache?: RouteCache | undefined;
};

/**
 * An answer that may be given again: until a commit changes what it was made of, and then while it is asked anew.
 * @internal
 */
type RouteCache = {
  /** The read models that the answer is made of: its `X-Position` holds for all of them. */
  readonly views: readonly View[];
  /** The parameter of the path that is the key of the only row; default: any row may be in the answer. */
  readonly key?: string | undefined;
  /** Headers of the request on which the answer depends; default: none. Of the query it may depend on what `query` names. */
  readonly vary?: readonly string[] | undefined;
  /** Milliseconds for which an answer is given again at most, whatever is known of commits. */
  readonly freshMs: number;
  /** Milliseconds for which it may be given while it is asked anew, after it was last known to be right. */
  readonly staleMs: number;
};

const declarations = new WeakMap<object, RouteDeclaration>();

/** What holds for a route of which nothing is said. */
export const undeclared: RouteDeclaration = { priority: "normal" };

/**
 * Says of a public route what the gateway has to know, and is itself what was said, so that nothing is said twice:
 *
 * ```ts ignore
 * const placing = declare({ body: placement });
 * orderRoutes.post("/api/orders", placing, async (c) => {
 *   const body = await readJson(c, placing.body);
 * ```
 *
 * Errors: numbers with which nobody could be answered.
 */
export function declare<const Given extends Partial<RouteDeclaration>>(
  given: Given,
): MiddlewareHandler<ServiceEnv> & Given {
  const { rate, cache, roles = [], owner } = given;
  if (rate) assertWhole({ ...rate }, { what: "rate", least: 1 });
  if (cache) {
    const { freshMs, staleMs } = cache;
    assertWhole({ freshMs, staleMs }, { what: "cache", least: 0 });
  }
  if (owner && (!roles.includes("customer") || roles.includes("public"))) {
    throw new Error(
      "Cannot declare an owner: customers have to be among the roles, and not everybody",
    );
  }
  const handler: MiddlewareHandler<ServiceEnv> = async (c, next) => {
    if (owner) await assertOwn(c, { owner, roles });
    await next();
  };
  declarations.set(handler, { ...undeclared, ...given });
  return Object.assign(handler, given);
}

/** What `declare` was given, if it made this handler. */
export function declarationOf(handler: object): RouteDeclaration | undefined {
  return declarations.get(handler);
}

function assertWhole(
  numbers: Readonly<Record<string, number>>,
  { what, least }: { readonly what: string; readonly least: number },
): void {
  for (const [name, number] of Object.entries(numbers)) {
    if (Number.isSafeInteger(number) && number >= least) continue;
    throw new Error(
      `Cannot declare ${what}: ${name} is ${number}, allowed are whole numbers from ${least}`,
    );
  }
}
