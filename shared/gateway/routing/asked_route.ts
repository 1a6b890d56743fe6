import type { edge, EdgeContext, PublicRoute } from "@headwater/http";

/** Answers the requests of one route. */
export type Answer = ((c: EdgeContext & edge.Noting) => Promise<Response>) & {
  /** What is there, without anybody being asked or waited for: then there is no deadline to it. Undefined: it is not. */
  atOnce?(c: EdgeContext): Response | undefined;
};

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

/** Fills the path of a route, or of another one with the same parameters, for one request after the other. */
export function pathFilling(path: string): (params?: Asked["params"]) => string {
  const [start = "", ...parts] = path.split(/:(\w+)/);
  return (params = {}) => {
    let filled = start;
    for (let at = 0; at < parts.length; at += 2) {
      filled += encodeURIComponent(params[parts[at]!] ?? "") + parts[at + 1]!;
    }
    return filled;
  };
}
