import type { Log } from "@headwater/core";
import type { edge } from "@headwater/http";
import { bearerToken } from "./bearer_token.ts";
import type { FetchJson } from "./fetch_json.ts";
import { issuerEndpoints } from "./issuer_description.ts";
import { type KeyAges, knownKeys } from "./known_keys.ts";
import { type TokenRules, tokenVerifier } from "./verify_token.ts";

/** Whose tokens are believed, and how. */
export type TokenSource = Omit<TokenRules, "keys"> & KeyAges & {
  /** Where the issuer's keys are; default: where it says that they are. */
  readonly keysUrl?: string | undefined;
};

/** Tells who asks by the token that a request has (`Authorization: Bearer …`). Nobody is asked before there is one. */
export function identifyByToken(
  { keysUrl, renewAfterMs, tooOldMs, cooldownMs, failedMs, ...rules }: TokenSource,
  { send, logger }: Pick<FetchJson, "send"> & { readonly logger: Log },
): edge.Identify {
  const ages = { renewAfterMs, tooOldMs, cooldownMs, failedMs };
  const keys = knownKeys({
    ...Object.fromEntries(Object.entries(ages).filter(([, ms]) => ms !== undefined)),
    ...(rules.now && { now: rules.now }),
    url: async () => keysUrl ?? (await issuerEndpoints(rules.issuer, { send })).keysUrl,
    send,
    onTrouble(error) {
      logger.warn("The issuer's keys could not be asked for again; those that are known go on", {
        error,
      });
    },
  });
  const verify = tokenVerifier({ ...rules, keys });
  return async (request) => {
    const token = bearerToken(request);
    return token === undefined ? undefined : await verify(token);
  };
}
