import type { PublicRoute } from "@headwater/http";
import { z } from "zod";
import { pathFilling } from "../routing/asked_route.ts";
import type { MadeOf } from "./known_changes.ts";

/** What a cached route is asked, and by what an answer to it is found again: the same for all who ask it. */
export type Question = MadeOf & {
  readonly key: string | undefined;
  /** In every store. */
  readonly name: string;
  readonly service: string;
  /** With what nobody in particular would ask. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** Undefined: whoever asks that gets an answer of their own. */
export type QuestionOf = (
  request: Request,
  params: Readonly<Record<string, string>>,
) => Question | undefined;

/** Longer ones are hardly asked twice. */
const longestName = 512;

/** Whoever sends one of them speaks of themselves, or of what they want to be told in particular. */
const personal = [
  "authorization",
  "cookie",
  "range",
  "if-match",
  "if-unmodified-since",
  "if-range",
];

/** Makes questions of requests to a route that is declared to be cached. */
export function questionsOf(route: PublicRoute): QuestionOf {
  const { service, method, path, declared: { cache, query } } = route;
  if (!cache) throw new Error(`Cannot cache ${method} ${path}: it is not declared to be`);
  const views = cache.views.map(({ name }) => name);
  const vary = varyOf(route);
  const targetOf = pathFilling(path);
  const known = query instanceof z.ZodObject ? Object.keys(query.shape) : query ? undefined : [];

  return ({ url, headers }, params) => {
    if (personal.some((name) => headers.has(name))) return undefined;
    if (/\bno-(cache|store)\b|\bmax-age=0\b/i.test(headers.get("Cache-Control") ?? "")) {
      return undefined;
    }
    const search = url.includes("?") ? searchOf(url, known) : "";
    if (search === undefined) return undefined;
    const target = targetOf(params) + search;
    const chosen = Object.fromEntries(vary.map((name) => [name, headers.get(name) ?? ""]));
    const name = ["GET", target, ...vary.map((name) => JSON.stringify(chosen[name]))].join(" ");
    if (name.length > longestName) return undefined;
    return {
      ...{ name, service, views },
      key: cache.key === undefined ? undefined : params[cache.key],
      url: `http://${service}${target}`,
      headers: Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== "")),
    };
  };
}

/** The query in one order; undefined: the service refuses it, as what it does not know or is said twice. */
function searchOf(url: string, known: readonly string[] | undefined): string | undefined {
  const { searchParams } = new URL(url);
  searchParams.sort();
  const names = [...searchParams.keys()];
  if (known && names.some((name) => !known.includes(name))) return undefined;
  if (new Set(names).size < names.length) return undefined;
  return names.length === 0 ? "" : `?${searchParams}`;
}

/** Headers of the request on which the answer depends, in lower case. */
export function varyOf({ declared: { cache } }: PublicRoute): readonly string[] {
  return (cache?.vary ?? []).map((name) => name.toLowerCase());
}
