import type { Config } from "./config.ts";
import { isLoopback } from "./is_loopback.ts";

/**
 * What to tell who starts a gateway that other machines reach and that asks nobody who they are; undefined: nothing. It is no
 * reason not to start: what stands before it may ask.
 */
export function unguardedWarning(
  { host, port, oidc }: Pick<Config, "host" | "port" | "oidc">,
): string | undefined {
  if (oidc || isLoopback(host)) return undefined;
  return `HOST is "${host}" without OIDC_ISSUER: whoever reaches port ${port} may ask for everything that is anybody's, and change it (operators' pages alone want SERVICE_SECRET); set OIDC_ISSUER and OIDC_AUDIENCE, or HOST to 127.0.0.1`;
}
