import type { Log } from "@headwater/core";
import type { Admission, edge } from "@headwater/http";
import type { Config, OidcConfig } from "./config.ts";
import { operatorsAdmission } from "./operators_admission.ts";

/** Who may do what at a gateway. */
export type Rights = {
  /** Undefined: nobody is asked who they are. */
  readonly identify: edge.Identify | undefined;
  readonly admitOperators: Admission;
};

/** Rights as the settings say. Nobody is asked for keys before somebody shows a token. */
export async function openRights(
  config: Pick<Config, "host" | "oidc" | "serviceSecret">,
  { logger }: { readonly logger: Log },
): Promise<Rights> {
  const identify = config.oidc && await byToken(config.oidc, logger);
  return { identify, admitOperators: operatorsAdmission(config, { identify }) };
}

async function byToken(oidc: OidcConfig, logger: Log): Promise<edge.Identify> {
  // Only now: its library takes its time
  const { identifyByToken } = await import("@headwater/identity");
  return identifyByToken(oidc, { send: (request) => fetch(request), logger });
}
