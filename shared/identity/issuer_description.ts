import { z } from "zod";
import { type FetchJson, fetchJson } from "./fetch_json.ts";

const described = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/** Where an issuer says that its keys are (OpenID Connect Discovery 1.0); rejects while nobody can tell. */
export async function keysUrlOf(
  issuer: string,
  { send }: Pick<FetchJson, "send">,
): Promise<string> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const answer = await fetchJson(url, { send, signal: AbortSignal.timeout(3_000) });
  const found = described.parse(answer);
  // RFC 8414, 3.3: else one could be taken for another
  if (found.issuer !== issuer) {
    throw new Error(`The issuer at ${url} calls itself ${JSON.stringify(found.issuer)}`);
  }
  return found.jwks_uri;
}
