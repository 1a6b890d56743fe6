import { edge, type EdgeContext, type PublicRoute } from "@headwater/http";
import { type Answer, askedRoute, noteAsked, type Noting } from "./routing/asked_route.ts";
import type { Page } from "./page.ts";

/** What clients may ask a gateway for. */
export type PublicAnswers = {
  /** Looks for the route that a request asks for; all that acts on a route goes by that. */
  find(c: Pick<EdgeContext, "req"> & Noting): void;
  /** Undefined: no route was found, or it has nothing at hand. */
  atOnce(c: EdgeContext): Response | undefined;
  /** Undefined: no route was found. */
  answer(c: EdgeContext & edge.Noting): Promise<Response> | undefined;
  /** Methods by which there is something at a path. */
  methodsAt(path: string): readonly string[];
};

/**
 * Pages, and services' routes: the only place that decides which of them a request asks for. `answerOf`: what answers a
 * route, with all that stands before that, put together once.
 */
export function publicAnswers(
  { pages, routes }: { readonly pages: readonly Page[]; readonly routes: readonly PublicRoute[] },
  answerOf: (route: PublicRoute, page: Page | undefined) => Answer,
): PublicAnswers {
  const pageOf = new Map(pages.map((page) => [routeOf(page), page]));
  const all = [...pageOf.keys(), ...routes];
  const answers = new Map(all.map((route) => [route, answerOf(route, pageOf.get(route))]));
  const find = edge.routeFinder(all);
  function answerTo(c: Pick<EdgeContext, "get">): Answer | undefined {
    const asked = askedRoute(c);
    return asked && answers.get(asked.route);
  }
  const methods = [...new Set(all.map(({ method }) => method))];
  return {
    find(c) {
      const asked = find(c.req.method, c.req.path);
      if (asked) noteAsked(c, asked);
    },
    atOnce: (c) => answerTo(c)?.atOnce?.(c),
    answer: (c) => answerTo(c)?.(c),
    methodsAt: (path) => methods.filter((method) => find(method, path) !== undefined),
  };
}

function routeOf({ path, roles }: Page): PublicRoute {
  return { method: "GET", path, service: "gateway", declared: { priority: "normal", roles } };
}
