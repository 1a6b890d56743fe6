import type { Context } from "hono";

/** Where nobody answers but us: what other systems say of their pages, as who may frame them, is theirs to say. */
const ownPaths = /^\/(?:$|(?:api|docs|console|ops)(?:\/|$))/;

/** Those over TLS are for whoever ends it to say. */
const secured = [
  ["Cross-Origin-Resource-Policy", "same-origin"],
  ["Referrer-Policy", "no-referrer"],
  ["X-Content-Type-Options", "nosniff"],
  ["X-Frame-Options", "DENY"],
] as const;

/** Says what a browser must not do with an answer of ours, unless the answer itself says so. */
export function secureAnswer({ req, res }: Pick<Context, "req" | "res">): void {
  if (!ownPaths.test(req.path)) return;
  const { headers } = res;
  for (const [name, value] of secured) {
    // What is not there is added: to set or to delete one writes all of them anew
    if (!headers.has(name)) headers.append(name, value);
  }
  if (headers.has("X-Powered-By")) headers.delete("X-Powered-By");
}
