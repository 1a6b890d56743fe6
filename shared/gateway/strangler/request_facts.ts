import type { EdgeContext } from "@headwater/http";
import { askedRoute } from "../routing/asked_route.ts";
import type { Side } from "./side_of.ts";
import type { Strangles } from "./strangles.ts";

type Asked = Pick<EdgeContext, "get" | "req">;

/** The header and the cookie that name a side. */
const sideHeader = "X-Route";
const sideCookie = "x-route";

/** Where ids are that only a body, of the request or of the answer, has: fields of JSON. */
export function fieldsIn(
  where: "body" | "answer",
  { entity = [] }: Pick<Strangles, "entity">,
): readonly string[] {
  return entity.filter((place) => place.startsWith(`${where}:`))
    .map((place) => place.slice(where.length + 1));
}

/** The entity that a request names, outside its body. */
export function namedEntity(
  c: Asked,
  { entity = [] }: Pick<Strangles, "entity">,
): string | undefined {
  return firstAt(c, entity);
}

/** The value of a field of JSON, `product.sku`, where it is a text or a whole number. */
export function fieldOf(body: unknown, path: string): string | undefined {
  let value = body;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) {
      return undefined;
    }
    value = Reflect.get(value, name);
  }
  if (typeof value === "string" && value !== "") return value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/** Whom a request is served as; undefined: there is nothing to tell it from others by. */
export function subjectOf(
  c: Asked,
  { subject = [] }: Pick<Strangles, "subject">,
): string | undefined {
  return firstAt(c, subject);
}

/** What the header says, where whoever sent it is trusted. */
export async function headerSide(
  { req }: Asked,
  isTrusted: () => Promise<boolean>,
): Promise<Side | undefined> {
  const said = sideNamed(req.header(sideHeader));
  return said && await isTrusted() ? said : undefined;
}

/** What a cookie says, which anybody may set. */
export function cookieSide({ req }: Asked): Side | undefined {
  const given = req.header("Cookie");
  return given === undefined ? undefined : sideNamed(cookieIn(given, sideCookie));
}

function firstAt(c: Asked, places: readonly string[]): string | undefined {
  for (const place of places) {
    const at = place.indexOf(":");
    const value = textAt(c, { kind: place.slice(0, at), name: place.slice(at + 1) });
    if (value) return value;
  }
  return undefined;
}

function textAt(
  c: Asked,
  { kind, name }: { readonly kind: string; readonly name: string },
): string | null | undefined {
  const { req } = c;
  switch (kind) {
    case "param":
      return askedRoute(c)?.params[name];
    case "query":
      return new URL(req.url).searchParams.get(name);
    case "header":
      return req.header(name);
    case "cookie":
      return cookieIn(req.header("Cookie") ?? "", name);
    default:
      return undefined;
  }
}

function cookieIn(cookies: string, name: string): string | null {
  for (const cookie of cookies.split(";")) {
    const at = cookie.indexOf("=");
    if (at > 0 && cookie.slice(0, at).trim() === name) return cookie.slice(at + 1).trim();
  }
  return null;
}

function sideNamed(text: string | null | undefined): Side | undefined {
  return text === "legacy" || text === "new" ? text : undefined;
}
