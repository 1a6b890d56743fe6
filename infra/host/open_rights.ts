import type { Log, machine } from "@headwater/core";
import { type Admission, edge, type EdgeRoutes } from "@headwater/http";
import type { Config, OidcConfig } from "./config.ts";
import { metricsAdmission } from "./metrics_admission.ts";
import { operatorsAdmission } from "./operators_admission.ts";
import { unguardedWarning } from "./unguarded_warning.ts";

/** Who may do what at a gateway. */
export type Rights = {
  /** Undefined: nobody is asked who they are. */
  readonly identify: edge.Identify | undefined;
  /** Where people log in to the console; undefined: nowhere. */
  readonly login: EdgeRoutes | undefined;
  readonly admitOperators: Admission;
  /** Whom numbers are shown; undefined: everybody. */
  readonly admitMetrics: Admission | undefined;
};

type Surroundings = {
  /** Where it stands who has logged out, for all gateways that share it; default: for this one alone. */
  readonly sharedStore?: machine.SharedStore;
  readonly logger: Log;
};

/** Rights as the settings say. Nobody is asked for keys before somebody shows a token, or logs in. */
export async function openRights(
  config: Pick<Config, "host" | "port" | "oidc" | "serviceSecret" | "metricsToken">,
  options: Surroundings,
): Promise<Rights> {
  const warning = unguardedWarning(config);
  if (warning !== undefined) options.logger.warn(warning);
  const { identify, login } = config.oidc ? await known(config.oidc, options) : {};
  const admitOperators = operatorsAdmission(config, { identify });
  // Also on this machine, where a token is asked for: it is in the way of whoever else is here
  const admitOthers = identify
    ? admitOperators
    : edge.knowsSecret(config.serviceSecret ?? crypto.randomUUID());
  return {
    identify,
    login,
    admitOperators,
    admitMetrics: metricsAdmission(config, { admitOthers }),
  };
}

async function known(
  oidc: OidcConfig,
  { sharedStore, logger }: Surroundings,
): Promise<{ readonly identify: edge.Identify; readonly login?: EdgeRoutes }> {
  // Only now: its libraries take their time
  const { identifyByToken, loginRoutes, sessions } = await import("@headwater/identity");
  const send = (request: Request) => fetch(request);
  const byToken = identifyByToken(oidc, { send, logger });
  if (!oidc.login) return { identify: byToken };
  const { publicUrl, sessionSecrets, clientId, clientSecret } = oidc.login;
  // Those of one that nobody knows end with this process
  const secrets = sessionSecrets.length > 0 ? sessionSecrets : [crypto.randomUUID()];
  const own = sessions({ publicUrl, secrets, ...(sharedStore && { store: sharedStore }) });
  return {
    identify: async (request) => await byToken(request) ?? await own.identify(request),
    login: loginRoutes({
      ...{ issuer: oidc.issuer, clientId, clientSecret, publicUrl, secrets },
      ...{ rolesClaim: oidc.rolesClaim, customerClaim: oidc.customerClaim },
      within: "/console",
      sessions: own,
    }, { send, logger }),
  };
}
