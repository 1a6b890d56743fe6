import { type Admission, edge } from "@headwater/http";
import type { Config } from "./config.ts";

/**
 * Whom a process shows its numbers: everybody whom it answers, as long as nobody is asked who they are and there is no token
 * for it. Then who shows that token, as Prometheus does, and whom `admitOthers` admits.
 */
export function metricsAdmission(
  { metricsToken, oidc }: Pick<Config, "metricsToken" | "oidc">,
  { admitOthers }: { readonly admitOthers: Admission },
): Admission | undefined {
  if (metricsToken === undefined && !oidc) return undefined;
  return (request) => {
    const [, given] = /^Bearer +(\S+)$/i.exec(request.headers.get("Authorization") ?? "") ?? [];
    if (given === undefined || metricsToken === undefined) return admitOthers(request);
    return edge.isSecret(given, metricsToken) ? undefined : admitOthers(request);
  };
}
