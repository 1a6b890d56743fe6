import type { EdgeRoutes, PublicRoute, RouteDeclaration } from "@headwater/http";
import type { Context } from "hono";
import { z } from "zod";
import type { Page } from "./page.ts";
import type { RouteTable } from "./route_table.ts";

export type FrontPage = {
  readonly application: string;
  readonly routes: readonly PublicRoute[];
  readonly pages: readonly Pick<Page, "path">[];
  /** Of systems that are not ours, as it is now. */
  table?(): RouteTable;
};

/** `GET /` says what there is; gives what says it. */
export function addFrontPage(
  app: EdgeRoutes,
  { application, routes, pages, table }: FrontPage,
): (c: Pick<Context, "body">) => Response {
  const declared = new Map(
    routes.map(({ method, path, declared }) => [`${method} ${path}`, declared]),
  );
  const requests = new Set(
    [...routes, ...pages.map(({ path }) => ({ method: "GET", path }))]
      .toSorted((one, other) => one.path.localeCompare(other.path))
      .map(({ method, path }) => `${method} ${path}`),
  );
  let said: Record<string, unknown> | undefined;
  function answer(c: Pick<Context, "body">): Response {
    said ??= Object.fromEntries(
      [...requests].flatMap((request) => {
        const said = declared.get(request);
        return said ? [[request, shown(said)]] : [];
      }),
    );
    const page = {
      name: application,
      services: [...new Set(routes.map(({ service }) => service))],
      requests: [...requests],
      declared: said,
      ...(table && { upstreams: requestsOf(table()) }),
      health: ["/health/live", "/health/ready", "/health/startup"],
    };
    const text = `${JSON.stringify(page, null, 2)}\n`;
    return c.body(text, 200, { "Content-Type": "application/json" });
  }
  app.get("/", answer);
  return answer;
}

/** By upstream; where they are is nobody's business. */
function requestsOf({ routes }: RouteTable): Record<string, readonly string[]> {
  return Object.fromEntries(
    [...Map.groupBy(routes, ({ upstream }) => upstream.name)].map(([name, own]) => [
      name,
      own.map(({ method, path }) => `${method} ${path}`),
    ]),
  );
}

/** For people: names, and no whole schemas. */
function shown({ priority, roles, rate, cache, query, body, answer }: RouteDeclaration) {
  return {
    priority,
    roles,
    ...(rate && { rate: `${rate.requests} in ${rate.windowMs} ms` }),
    ...(cache && { cache: cache.views.map(({ name }) => name) }),
    ...(query && { query: fieldsOf(query) }),
    ...(body && { body: fieldsOf(body) }),
    ...(answer && { answer: fieldsOf(answer) }),
  };
}

/** Those of an object, by their names; a `?` stands after what may be left out. */
function fieldsOf(schema: z.ZodType): readonly string[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
  });
  return Object.keys(properties).map((name) => required.includes(name) ? name : `${name}?`);
}
