import type { edge, EdgeContext, PublicRoute } from "@headwater/http";

/** Answers the requests of one route. */
export type Answer = (c: EdgeContext & edge.Noting) => Promise<Response>;

/** @internal */
export type Asked = edge.FoundRoute<PublicRoute>;

/**
 * What it can be noted in.
 * @internal
 */
export type Noting = {
  set(name: "asked", value: Asked): void;
  set(name: "route", value: string): void;
};

/** From here on it is known which public route is asked for: it is looked for once. */
export function noteAsked(c: Noting, asked: Asked): void {
  c.set("asked", asked);
  c.set("route", asked.route.path);
}

/** Which public route is asked for, and the parameters of its path, decoded; undefined: none. */
export function askedRoute(c: { get(name: "asked"): unknown }): Asked | undefined {
  return c.get("asked") as Asked | undefined;
}

/** The path of the route that is asked for, or of another one with the same parameters, for this request. */
export function filledPath(path: string, params: Asked["params"] = {}): string {
  return path.replace(/:(\w+)/g, (_, name) => encodeURIComponent(params[name] ?? ""));
}
