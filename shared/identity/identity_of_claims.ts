import type { edge } from "@headwater/http";
import type { JWTPayload } from "jose";

/** Where tokens of an issuer say what. A name with dots is a path, where there is no claim of that name. */
export type Claims = {
  /** A list, or words between spaces. Default: `roles`. */
  readonly rolesClaim?: string | undefined;
  /** As which customer somebody asks. Default: `sub`. */
  readonly customerClaim?: string | undefined;
};

/** Who has a token of an issuer that tells no roles. */
const usualRoles = ["customer"];
const mostRoles = 100;
const longest = 200;

/** Who asks, as a token says it that can be believed. Throws a `TypeError` for one that says it of nobody. */
export function identityOfClaims(
  claims: JWTPayload,
  { rolesClaim = "roles", customerClaim = "sub" }: Claims,
): edge.Identity {
  const { sub, exp = 0 } = claims;
  if (!isText(sub)) throw new TypeError('"sub" is no text of 1 to 200 characters');
  const customerId = claimAt(claims, customerClaim);
  const name = [claims.preferred_username, claims.name, claims.email].find(isText);
  return {
    actor: sub,
    roles: rolesIn(claimAt(claims, rolesClaim)),
    ...(isText(customerId) && { customerId }),
    ...(name !== undefined && { name }),
    until: exp * 1_000,
  };
}

function rolesIn(claim: unknown): readonly string[] {
  if (claim === undefined) return usualRoles;
  const roles = typeof claim === "string" ? claim.split(" ") : Array.isArray(claim) ? claim : [];
  return roles.filter(isText).slice(0, mostRoles);
}

function claimAt(claims: object, name: string): unknown {
  if (Object.hasOwn(claims, name)) return Reflect.get(claims, name);
  let found: unknown = claims;
  for (const step of name.split(".")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, step)) {
      return undefined;
    }
    found = Reflect.get(found, step);
  }
  return found;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= longest;
}
