import type { Log } from "@headwater/core";
import type { OidcConfig } from "./config.ts";
import { hostOf } from "./routes_file.ts";

/** What a gateway in a process of its own has to know of who asks, and whom it has to reach for it. */
export type SplitIssuer = {
  readonly env: Readonly<Record<string, string>>;
  /** Undefined: any, for nobody could tell. */
  readonly hosts: readonly string[] | undefined;
};

/**
 * An issuer may have its keys, and give out tokens, elsewhere than it says what it is: it is asked before the gateway is
 * started, which can be given no further permission later.
 */
export async function splitIssuer(
  oidc: OidcConfig,
  { logger }: { readonly logger: Log },
): Promise<SplitIssuer> {
  return { env: environmentOf(oidc), hosts: await hostsOf(oidc, logger) };
}

async function hostsOf(
  { issuer, keysUrl, login }: OidcConfig,
  logger: Log,
): Promise<readonly string[] | undefined> {
  const known = [issuer, ...keysUrl === undefined ? [] : [keysUrl]];
  if (keysUrl !== undefined && !login) return known.map(hostOf);
  // Only now: its libraries take their time
  const { issuerEndpoints } = await import("@headwater/identity");
  try {
    const found = await issuerEndpoints(issuer, { send: (request) => fetch(request) });
    const { tokenUrl } = found;
    return [...known, found.keysUrl, ...tokenUrl === undefined ? [] : [tokenUrl]].map(hostOf);
  } catch (error) {
    logger.warn("The issuer does not say where its keys are: the gateway may reach any host", {
      error,
    });
    return undefined;
  }
}

function environmentOf(oidc: OidcConfig): Record<string, string> {
  const { issuer, audience, keysUrl, algorithms, login } = oidc;
  return {
    OIDC_ISSUER: issuer,
    OIDC_AUDIENCE: audience,
    ...(keysUrl !== undefined && { OIDC_JWKS_URL: keysUrl }),
    OIDC_ROLES_CLAIM: oidc.rolesClaim,
    OIDC_CUSTOMER_CLAIM: oidc.customerClaim,
    OIDC_ALGORITHMS: algorithms.join(","),
    OIDC_CLOCK_SKEW_S: String(oidc.clockSkewS),
    ...(login && { OIDC_CLIENT_ID: login.clientId, PUBLIC_URL: login.publicUrl }),
    ...(login?.clientSecret !== undefined && { OIDC_CLIENT_SECRET: login.clientSecret }),
    ...(login && login.sessionSecrets.length > 0 && {
      SESSION_SECRET: login.sessionSecrets.join(","),
    }),
  };
}
