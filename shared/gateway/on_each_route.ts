import type { edge, EdgeContext, EdgeRoutes, PublicRoute } from "@headwater/http";

/** Without parameters. */
export function isFixed({ path }: Pick<PublicRoute, "path">): boolean {
  return !path.includes(":");
}

/** @internal */
type Act = (
  c: EdgeContext & edge.Noting & { res: Response },
  next: () => Promise<void>,
) => Promise<Response | undefined>;

/**
 * Acts before services' routes are answered, for each request once: of several that fit, the one is meant that would
 * answer, which is one without parameters where there is one. `/api/orders/events` is no order. `actOn` gives undefined
 * for a route before which nothing is done.
 */
export function onEachRoute(
  app: EdgeRoutes,
  routes: readonly PublicRoute[],
  actOn: (route: PublicRoute) => Act | undefined,
): void {
  const acts = routes.toSorted((one, other) => Number(isFixed(other)) - Number(isFixed(one)))
    .map((route) => ({ ...route, act: actOn(route) }));
  if (acts.every(({ act }) => !act)) return;
  const settled = new WeakSet<Request>();
  for (const { method, path, act } of acts) {
    app.on(method, path, async (c, next) => {
      const isFirst = !settled.has(c.req.raw);
      settled.add(c.req.raw);
      if (act && isFirst) return await act(c, next);
      await next();
      return undefined;
    });
  }
}
