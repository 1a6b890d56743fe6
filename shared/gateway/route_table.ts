import { machine } from "@headwater/core";
import { z } from "zod";
import { type Strangles, stranglesSchema } from "./strangler/strangles.ts";

/** A system that is not ours, as the gateway reaches it. */
export type Upstream = {
  readonly name: string;
  /** Without a slash at its end. */
  readonly url: string;
  /** Milliseconds until an answer begins, and between its parts. */
  readonly timeoutMs: number;
  /** Requests at the same time, and how many more wait for their turn. */
  readonly running: number;
  readonly waiting: number;
  /** Milliseconds for which it is left alone when it keeps failing. */
  readonly openMs: number;
  /** An answer that began later counts as a failure; false: none does that came in time. */
  readonly slowMs: number | false;
};

/** What of it clients may ask for. */
export type TableRoute = {
  readonly method: string;
  /** With `:parameters`, and maybe `*` at its end for all that follows. */
  readonly path: string;
  /** The path there; with the same parameters. */
  readonly to: string;
  readonly upstream: Upstream;
  readonly timeoutMs: number;
  /** A service has the same route, and is to take it over. */
  readonly strangles: Strangles | undefined;
};

/** Where requests go that no service of ours answers, or that one will answer some day. */
export type RouteTable = {
  readonly upstreams: readonly Upstream[];
  readonly routes: readonly TableRoute[];
};

/**
 * What there is already.
 * @internal
 */
export type Surroundings = {
  /** Of services. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** Paths that the gateway answers itself. */
  readonly pages: readonly string[];
};

/** A table that cannot be used: all that is wrong with it. */
export class RouteTableRefused extends Error {
  /** As it stands in logs. */
  override readonly name = "RouteTableRefused";

  /** The message is for people, and may change. */
  constructor(readonly problems: readonly string[], options?: ErrorOptions) {
    super(problems.join("; "), options);
  }
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
/** First segments of paths that are the gateway's own, today or some day. */
const reserved = [
  "health",
  "ops",
  "commands",
  "metrics",
  "docs",
  "openapi.json",
  "asyncapi.json",
  "console",
];

function whole(least: number, most: number) {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

const urlAllowed = "http://host:port/path or https://…, without user, query and fragment";
const upstreamUrl = z.string({ error: urlAllowed }).refine((text) => {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === "" &&
    !/[?#\\]/.test(text);
}, { error: urlAllowed });

const pathAllowed = "/segments/of/letters/:and/:parameters, maybe with /* at the end";
const path = z.string({ error: pathAllowed })
  .regex(/^(\/(:[A-Za-z_]\w*|(?!\.{1,2}(\/|$))[\w.~@-]+))*(\/\*)?$/, { error: pathAllowed })
  .min(2, { error: pathAllowed });

const upstreamName = z.string().regex(/^[a-z][a-z0-9-]{0,49}$/);
const methodAllowed = `${methods.join(", ")}, or * for all of them`;

const table = z.strictObject({
  upstreams: z.record(
    upstreamName,
    z.strictObject({
      url: upstreamUrl,
      timeoutMs: whole(1, 600_000).default(10_000),
      running: whole(1, 10_000).default(64),
      waiting: whole(0, 100_000).default(512),
      openMs: whole(1, 600_000).default(5_000),
      slowMs: z.union([whole(1, 600_000), z.literal(false)], {
        error: "a whole number from 1 to 600000, or false",
      }).default(false),
    }, { error: "an object with a url" }),
    {
      error: ({ code }) =>
        code === "invalid_key" ? "lower-case words, joined by dashes" : "an object of upstreams",
    },
  ),
  routes: z.array(
    z.strictObject({
      method: z.enum([...methods, "*"], { error: methodAllowed }),
      path,
      to: path.optional(),
      upstream: z.string({ error: "the name of an upstream" }),
      timeoutMs: whole(1, 600_000).optional(),
      strangles: stranglesSchema.optional(),
    }, { error: "an object with method, path and upstream" }),
    { error: "a list of routes" },
  ),
}, { error: "an object with upstreams and routes" });

/**
 * Reads a table of routes, as JSON. What it says is used as a whole or not at all.
 *
 * Errors: `RouteTableRefused` with each place, what stands there, and what is allowed.
 */
export function readRouteTable(text: string, surroundings: Surroundings): RouteTable {
  const given = parsed(text);
  const { data, error } = table.safeParse(given);
  if (!data) {
    throw new RouteTableRefused(error.issues.flatMap((issue) => problemsOf(issue, given)), {
      cause: error,
    });
  }
  const upstreams = new Map(
    Object.entries(data.upstreams).map(([name, upstream]): [string, Upstream] => [
      name,
      { name, ...upstream, url: upstream.url.replace(/\/+$/, "") },
    ]),
  );
  const problems = data.routes.flatMap((route, index) =>
    misfits(route, { at: `routes[${index}]`, upstreams, surroundings })
  );
  const routes = data.routes.flatMap(({ method, path, to = path, strangles, ...route }) => {
    const upstream = upstreams.get(route.upstream);
    if (!upstream) return [];
    const { timeoutMs = upstream.timeoutMs } = route;
    return (method === "*" ? methods : [method]).map((method) => ({
      ...{ method, path, to, upstream, timeoutMs, strangles },
    }));
  });
  problems.push(...repeated(routes));
  if (problems.length > 0) throw new RouteTableRefused(problems);
  return { upstreams: [...upstreams.values()], routes };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RouteTableRefused([`it is no JSON: ${(cause as Error).message}`], { cause });
  }
}

function problemsOf(issue: z.core.$ZodIssue, given: unknown): readonly string[] {
  const { path, message } = issue;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${placeOf([...path, key])} is not known`);
  }
  if (issue.code === "invalid_key") {
    return [`the name of ${placeOf(path)} is not allowed: allowed are ${message}`];
  }
  const value = path.reduce<unknown>((within, key) => Object(within)[key], given);
  if (value === undefined) return [`${placeOf(path)} is missing, allowed: ${message}`];
  return [`${placeOf(path)} is ${shown(value)}, allowed: ${message.replace(/^Must be /, "")}`];
}

function misfits(
  { method, path, to = path, upstream, strangles }: z.output<typeof table>["routes"][number],
  { at, upstreams, surroundings: { routes, pages } }: {
    readonly at: string;
    readonly upstreams: ReadonlyMap<string, Upstream>;
    readonly surroundings: Surroundings;
  },
): readonly string[] {
  const problems: string[] = [];
  function refuse(what: string, { value, allowed }: { value: unknown; allowed: string }): void {
    problems.push(`${at}.${what} is ${shown(value)}, allowed: ${allowed}`);
  }
  if (!upstreams.has(upstream)) {
    const allowed = [...upstreams.keys()].join(", ") || "a name of upstreams, which has none";
    refuse("upstream", { value: upstream, allowed });
  }
  const foreign = namesIn(to).filter((name) => !namesIn(path).includes(name));
  if (foreign.length > 0) {
    refuse("to", { value: to, allowed: `what stands in path: ${namesIn(path).join(", ")}` });
  }
  if (reserved.includes(path.split("/")[1] ?? "") || pages.some((page) => isAlike(page, path))) {
    refuse("path", { value: path, allowed: "what the gateway does not answer itself" });
  }
  const own = routes.find((own) =>
    (method === "*" || own.method === method) && isAlike(own.path, path)
  );
  if (own && !strangles) {
    refuse("strangles", { value: strangles, allowed: `a name, for a service has ${path}, too` });
  }
  if (strangles && (!own || method === "*")) {
    refuse("path", { value: path, allowed: "with strangles: a method and path of a service" });
  }
  if (own && own.path !== path) {
    refuse("path", { value: path, allowed: `${own.path}, with the names that the service gives` });
  }
  return problems;
}

function repeated(routes: readonly TableRoute[]): readonly string[] {
  const byRoute = Map.groupBy(
    routes,
    ({ method, path }) => `${method} ${path.replace(/:\w+/g, ":")}`,
  );
  return [...byRoute.values()].filter((alike) => alike.length > 1)
    .map(([first]) => `routes has ${first?.method} ${first?.path} more than once`);
}

function isAlike(one: string, other: string): boolean {
  return one.replace(/:\w+/g, ":") === other.replace(/:\w+/g, ":");
}

/** Parameters, and `*`. */
function namesIn(path: string): readonly string[] {
  return path.match(/:\w+|\*$/g) ?? [];
}

/** `routes[0].path`; the table as a whole has no name. */
function placeOf(path: readonly PropertyKey[]): string {
  return path.map((key, index) =>
    typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`
  ).join("") || "the table";
}

function shown(value: unknown): string {
  return machine.withoutPassword(JSON.stringify(value) ?? "nothing").slice(0, 200);
}
