import { edge } from "@headwater/http";
import { errors, jwtVerify, type JWTVerifyGetKey } from "jose";
import { LRUCache } from "lru-cache";
import { type Claims, identityOfClaims } from "./identity_of_claims.ts";

/** Those of keys that are public: who can verify by one cannot sign by it. */
export type Algorithm =
  | `${"RS" | "PS" | "ES"}${256 | 384 | 512}`
  | "EdDSA"
  | "Ed25519";

/** What a token has to be. */
export type TokenRules = Claims & {
  readonly issuer: string;
  /** For whom tokens have to be. */
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
  readonly algorithms: readonly Algorithm[];
  /** Seconds by which the issuer's clock and this one may differ. */
  readonly clockSkewS: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
};

/** Milliseconds: so long after one was verified the same token is not looked at again. */
const knownMs = 30_000;
const mostKnown = 2_000;

/**
 * Tells who has a token: signed by a key of the issuer under an algorithm that is allowed, for this audience, begun and
 * not over.
 *
 * Errors: `NotAdmitted` with what is wrong about it; `Unavailable` where nobody can tell.
 */
export function tokenVerifier(
  { keys, issuer, audience, algorithms, clockSkewS, now = Date.now, ...claims }: TokenRules,
): (token: string) => Promise<edge.Identity> {
  const known = new LRUCache<string, { readonly identity: edge.Identity; readonly at: number }>({
    max: mostKnown,
  });

  return async (token) => {
    const found = known.get(token);
    const isKnown = found && now() - found.at < knownMs && now() >= found.at;
    if (isKnown && now() < (found.identity.until ?? 0)) return found.identity;
    try {
      const { payload } = await jwtVerify(token, keys, {
        ...{ issuer, audience, algorithms: [...algorithms], clockTolerance: clockSkewS },
        requiredClaims: ["exp", "sub"],
        currentDate: new Date(now()),
      });
      const identity = identityOfClaims(payload, claims);
      known.set(token, { identity, at: now() });
      return identity;
    } catch (error) {
      const why = faultOf(error);
      if (why === undefined) throw error;
      throw new edge.NotAdmitted("token-wrong", `Cannot tell who asks: ${why}`, { cause: error });
    }
  };
}

/** Undefined: it is no fault of the token's. */
function faultOf(error: unknown): string | undefined {
  if (error instanceof errors.JWTExpired) return "the token has expired";
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.claim === "nbf"
      ? "the token is not valid yet"
      : `"${error.claim}" of the token is ${
        error.reason === "missing" ? "missing" : "not what is taken here"
      }`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return "the token's algorithm is not allowed";
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return "the token's signature is wrong";
  }
  if (error instanceof errors.JWKSNoMatchingKey) return "the issuer has no such key";
  if (error instanceof errors.JOSEError || error instanceof TypeError) {
    return "the token cannot be read";
  }
  return undefined;
}
