import { type Admission, edge, secretHeader } from "@headwater/http";
import type { Config } from "./config.ts";
import { isLoopback } from "./is_loopback.ts";

/** What a proxy on this machine says that it is one with. */
const ofProxies = ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"];

/**
 * Operators are who knows the secret, and who has their role by a token where there are such. Without an issuer of tokens
 * they are who is on this machine, too, where nobody else reaches the gateway. What a proxy passes on comes from anywhere,
 * also where that runs here.
 */
export function operatorsAdmission(
  { host, serviceSecret }: Pick<Config, "host" | "serviceSecret">,
  { identify }: { readonly identify?: edge.Identify | undefined } = {},
): Admission {
  // One that nobody knows, where there is none: there is no other way to tell them
  const admitKnowing = edge.knowsSecret(serviceSecret ?? crypto.randomUUID());
  if (identify) {
    return async (request) => {
      if (request.headers.has(secretHeader)) return await admitKnowing(request);
      return assertOperator(await identify(request));
    };
  }
  if (!isLoopback(host)) return admitKnowing;
  return (request) => {
    if (ofProxies.some((name) => request.headers.has(name))) return admitKnowing(request);
  };
}

function assertOperator(identity: edge.Identity | undefined): edge.Identity {
  const cannot = "Cannot let you operate";
  if (!identity) {
    throw new edge.NotAdmitted(
      "token-missing",
      `${cannot}: show a token with the role operator, or SERVICE_SECRET in ${secretHeader}`,
    );
  }
  if (edge.hasRole(identity, "operator")) return identity;
  throw new edge.NotAdmitted("role-missing", `${cannot}: it is for operators`);
}
