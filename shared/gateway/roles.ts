import { edge, type PublicRoute } from "@headwater/http";
import { endWithIdentity } from "./end_with_identity.ts";
import type { Answer } from "./routing/asked_route.ts";

/**
 * Finds out who asks, once, and refuses whoever has none of the roles that services declare of their routes: 401 who does
 * not say who they are, 403 who may not. Everybody may look at what is public, whatever they say; who changes it by a
 * token is known by it. A stream of events ends with what its listener has proved itself by.
 */
export function withRoles(
  { method, path, declared: { roles = edge.usualRoles } }: PublicRoute,
  answer: Answer,
  { identify, now = Date.now }: {
    readonly identify: edge.Identify;
    /** Milliseconds since 1970. */
    readonly now?: () => number;
  },
): Answer {
  const isPublic = roles.includes("public");
  if (isPublic && method === "GET") return answer;
  return async (c) => {
    const identity = await identify(c.req.raw);
    if (identity) edge.noteIdentity(c, identity);
    if (!isPublic) assertHasOne(identity, { roles, what: `${method} ${path}` });
    const given = { res: await answer(c) };
    endWithIdentity(given, identity, { now });
    return given.res;
  };
}

function assertHasOne(
  identity: edge.Identity | undefined,
  { roles, what }: { readonly roles: readonly string[]; readonly what: string },
): void {
  const whom = `it is for ${roles.join(", ") || "nobody"}`;
  if (!identity) {
    throw new edge.NotAdmitted("token-missing", `Cannot ${what} without a token: ${whom}`);
  }
  if (roles.some((role) => edge.hasRole(identity, role))) return;
  throw new edge.NotAdmitted("role-missing", `Cannot ${what}: ${whom}`);
}
