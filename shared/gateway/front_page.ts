import type { EdgeRoutes, PublicRoute } from "@headwater/http";

export type FrontPage = {
  readonly application: string;
  readonly routes: readonly PublicRoute[];
};

/** `GET /` says what there is. Added last: it lists what was added before. */
export function addFrontPage(app: EdgeRoutes, { application, routes }: FrontPage): void {
  const requests = new Set(
    app.routes.filter(({ path }) => path.startsWith("/api/"))
      .toSorted((one, other) => one.path.localeCompare(other.path))
      .map(({ method, path }) => `${method} ${path}`),
  );
  const page = {
    name: application,
    services: [...new Set(routes.map(({ service }) => service))],
    requests: [...requests],
    health: ["/health/live", "/health/ready", "/health/startup"],
  };
  const text = `${JSON.stringify(page, null, 2)}\n`;
  app.get("/", (c) => c.body(text, 200, { "Content-Type": "application/json" }));
}
