import type { EdgeRoutes, PublicRoute, RouteDeclaration } from "@headwater/http";
import { z } from "zod";

export type FrontPage = {
  readonly application: string;
  readonly routes: readonly PublicRoute[];
};

/** `GET /` says what there is. Added last: it lists what was added before. */
export function addFrontPage(app: EdgeRoutes, { application, routes }: FrontPage): void {
  const declared = new Map(
    routes.map(({ method, path, declared }) => [`${method} ${path}`, declared]),
  );
  const requests = new Set(
    app.routes.filter(({ path }) => path.startsWith("/api/"))
      .toSorted((one, other) => one.path.localeCompare(other.path))
      .map(({ method, path }) => `${method} ${path}`),
  );
  let text: string | undefined;
  app.get("/", (c) => {
    text ??= `${
      JSON.stringify(
        {
          name: application,
          services: [...new Set(routes.map(({ service }) => service))],
          requests: [...requests],
          declared: Object.fromEntries(
            [...requests].flatMap((request) => {
              const said = declared.get(request);
              return said ? [[request, shown(said)]] : [];
            }),
          ),
          health: ["/health/live", "/health/ready", "/health/startup"],
        },
        null,
        2,
      )
    }\n`;
    return c.body(text, 200, { "Content-Type": "application/json" });
  });
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
