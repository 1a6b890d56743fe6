import type { Log } from "@headwater/core";
import * as client from "openid-client";
import { seal } from "./sealed_text.ts";
import { sessionCookie } from "./session_cookie.ts";

/** The session that somebody has at the issuer, as far as it can be ended from here. */
export type IssuerSession = {
  /** Values of `Set-Cookie`: what the issuer knows its session by. */
  begin(idToken: string | undefined): Promise<readonly string[]>;
  /** Where a browser goes to end it; undefined: the issuer does not say, or nobody can tell at the moment. */
  endUrl(headers: Headers): Promise<string | undefined>;
  /** As the browser forgets it. */
  readonly clear: string;
};

/** As long as a session lasts here. */
const longestS = 8 * 3_600;
/** Characters; browsers keep no cookie of more than 4,096 bytes. */
const longest = 3_800;

/**
 * Log-outs that we begin (OpenID Connect RP-Initiated Logout 1.0). The ID token, by which an issuer asks nobody whether they
 * mean it, stays with the browser, encrypted, and comes with a request of `path` alone.
 */
export function issuerSession(
  { issuer, secrets, isTls, path, logger }: {
    readonly issuer: () => Promise<client.Configuration>;
    readonly secrets: readonly string[];
    readonly isTls: boolean;
    readonly path: string;
    readonly logger: Log;
  },
): IssuerSession {
  const cookie = sessionCookie("id-token", { isTls, path });
  const sealed = seal(secrets, { purpose: "id-token" });
  const canEnd = (config: client.Configuration) =>
    config.serverMetadata().end_session_endpoint !== undefined;

  async function idTokenIn(headers: Headers): Promise<string | undefined> {
    const text = cookie.in(headers);
    const kept = text === undefined ? undefined : await sealed.open(text);
    return typeof kept?.idToken === "string" ? kept.idToken : undefined;
  }

  return {
    async begin(idToken) {
      if (idToken === undefined || !canEnd(await issuer())) return [];
      const kept = await sealed.close({ idToken }, { seconds: longestS });
      return kept.length > longest ? [] : [cookie.set(kept, { seconds: longestS })];
    },
    async endUrl(headers) {
      try {
        const config = await issuer();
        if (!canEnd(config)) return undefined;
        const idToken = await idTokenIn(headers);
        return client.buildEndSessionUrl(config, idToken ? { id_token_hint: idToken } : {}).href;
      } catch (error) {
        logger.warn("Somebody has logged out here, and not at the issuer", { error });
        return undefined;
      }
    },
    clear: cookie.clear,
  };
}
