import { z } from "zod";
import { type FetchJson, fetchJson } from "./fetch_json.ts";

const httpUrl = z.url({ protocol: /^https?$/ });
const described = z.object({
  issuer: z.string(),
  jwks_uri: httpUrl,
  token_endpoint: httpUrl.optional(),
});

/** Whom one asks about an issuer's tokens. */
export type IssuerEndpoints = {
  readonly keysUrl: string;
  /** Where people log in; undefined: it gives no tokens out. */
  readonly tokenUrl: string | undefined;
};

/** Where an issuer says that its keys are, and its tokens (OpenID Connect Discovery 1.0); rejects while nobody can tell. */
export async function issuerEndpoints(
  issuer: string,
  { send }: Pick<FetchJson, "send">,
): Promise<IssuerEndpoints> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const answer = await fetchJson(url, { send, signal: AbortSignal.timeout(3_000) });
  const found = described.parse(answer);
  // RFC 8414, 3.3: else one could be taken for another
  if (found.issuer !== issuer) {
    throw new Error(`The issuer at ${url} calls itself ${JSON.stringify(found.issuer)}`);
  }
  return { keysUrl: found.jwks_uri, tokenUrl: found.token_endpoint };
}
