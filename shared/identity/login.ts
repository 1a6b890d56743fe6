import { type Log, Unavailable } from "@headwater/core";
import { edge, type EdgeRoutes } from "@headwater/http";
import { Hono } from "hono";
import type { JWTPayload } from "jose";
import * as client from "openid-client";
import type { FetchJson } from "./fetch_json.ts";
import { type Claims, identityOfClaims } from "./identity_of_claims.ts";
import { seal } from "./sealed_text.ts";
import { sessionCookie } from "./session_cookie.ts";
import type { Sessions } from "./sessions.ts";
import { issuerSession } from "./issuer_session.ts";
import { wayBack } from "./way_back.ts";

/** With whom people log in, and as what we are known there. */
export type LoginOptions = Claims & {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client, which PKCE is enough for. */
  readonly clientSecret: string | undefined;
  /** Under which browsers reach this. */
  readonly publicUrl: string;
  /** Below which it stands, and to which people come back: `/console`. */
  readonly within: string;
  readonly secrets: readonly string[];
  readonly sessions: Sessions;
};

/** Seconds that somebody may take for their password. */
const loginS = 600;
const timeoutS = 5;

/**
 * `GET login`, `GET login/callback`, `POST logout`: the authorization code flow of OpenID Connect with PKCE. What is to be
 * known of it meanwhile is in a cookie of the browser that began it, so that nobody can end it in another one. A log-out
 * goes on to the issuer, if it says where.
 */
export function loginRoutes(
  options: LoginOptions,
  { send, logger }: Pick<FetchJson, "send"> & { readonly logger: Log },
): EdgeRoutes {
  const { publicUrl, within, secrets, sessions } = options;
  const isTls = publicUrl.startsWith("https:");
  const cookie = sessionCookie("login", { isTls });
  const sealed = seal(secrets, { purpose: "login" });
  const redirectUri = `${new URL(publicUrl).origin}${within}/login/callback`;
  const issuer = knownIssuer(options, send);
  const atIssuer = issuerSession({ issuer, secrets, isTls, path: `${within}/logout`, logger });
  const app: EdgeRoutes = new Hono();

  app.get("/login", async (c) => {
    const config = await issuer();
    const [state, nonce, verifier] = [
      client.randomState(),
      client.randomNonce(),
      client.randomPKCECodeVerifier(),
    ];
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: "openid profile",
      response_type: "code",
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      ...{ state, nonce },
    });
    const to = wayBack(c.req.query("returnTo"), { publicUrl, within });
    const kept = await sealed.close({ state, nonce, verifier, to }, { seconds: loginS });
    return redirect(url.href, [cookie.set(kept, { seconds: loginS })]);
  });

  app.get("/login/callback", async (c) => {
    const text = cookie.in(c.req.raw.headers);
    const kept = text === undefined ? undefined : await sealed.open(text);
    if (!kept) {
      throw new edge.NotAdmitted(
        "login-failed",
        `Cannot log you in: this browser has not begun to, or too long ago; begin at ${within}`,
      );
    }
    const config = await issuer();
    // As it was asked for, whatever stands before us makes of it
    const url = new URL(redirectUri);
    url.search = new URL(c.req.url).search;
    const { idToken, claims } = await granted(config, url, kept);
    const identity = identityOfClaims(claims, options);
    logger.info("Somebody has logged in", { actor: identity.actor, roles: identity.roles });
    const to = wayBack(String(kept.to), { publicUrl, within });
    const begun = [await sessions.begin(identity), ...await atIssuer.begin(idToken)];
    return redirect(to, [...begun, cookie.clear]);
  });

  app.post("/logout", async (c) => {
    // Only of those who ask for it themselves
    const identity = await sessions.identify(c.req.raw);
    if (identity) logger.info("Somebody has logged out", { actor: identity.actor });
    const ended = [await sessions.end(c.req.raw), atIssuer.clear];
    const url = identity && await atIssuer.endUrl(c.req.raw.headers);
    return url === undefined ? redirect("/", ended) : farewell(url, ended);
  });
  return app;
}

async function granted(
  config: client.Configuration,
  url: URL,
  { state, nonce, verifier }: JWTPayload,
): Promise<{ readonly idToken: string | undefined; readonly claims: JWTPayload }> {
  try {
    const tokens = await client.authorizationCodeGrant(config, url, {
      expectedState: String(state),
      expectedNonce: String(nonce),
      pkceCodeVerifier: String(verifier),
      idTokenExpected: true,
    });
    return { idToken: tokens.id_token, claims: { ...tokens.claims() } };
  } catch (cause) {
    const root = cause instanceof Error ? cause.cause : undefined;
    for (const error of [cause, root]) if (error instanceof Unavailable) throw error;
    throw new edge.NotAdmitted(
      "login-failed",
      "Cannot log you in: what came back from there is not what was asked for; begin again",
      { cause },
    );
  }
}

/** Found out at the first login, and at the next one where it did not answer. */
function knownIssuer(
  { issuer, clientId, clientSecret }: LoginOptions,
  send: FetchJson["send"],
): () => Promise<client.Configuration> {
  let known: Promise<client.Configuration> | undefined;

  async function sent(url: string, { body, ...options }: client.CustomFetchOptions) {
    let answer: Response;
    try {
      const sent = body instanceof Uint8Array ? new Uint8Array(body) : body;
      answer = await send(new Request(url, { ...options, ...(sent != null && { body: sent }) }));
    } catch (cause) {
      throw unavailable(cause);
    }
    if (answer.status < 500) return answer;
    await answer.body?.cancel();
    throw unavailable(new Error(`${url} is answered with ${answer.status}`));
  }

  async function find(): Promise<client.Configuration> {
    const url = new URL(issuer);
    try {
      return await client.discovery(
        url,
        clientId,
        undefined,
        clientSecret === undefined ? client.None() : client.ClientSecretPost(clientSecret),
        {
          [client.customFetch]: sent,
          timeout: timeoutS,
          // On this machine alone, see the settings
          execute: url.protocol === "http:" ? [client.allowInsecureRequests] : [],
        },
      );
    } catch (cause) {
      known = undefined;
      throw unavailable(cause);
    }
  }
  return () => known ??= find();
}

function unavailable(cause: unknown): Unavailable {
  return new Unavailable("Cannot log you in: the issuer does not answer as it should", {
    ...{ code: "identity-unavailable", cause },
  });
}

/** Not a redirection, as no form of ours leads to another site: the page goes on there by itself. */
function farewell(to: string, cookies: readonly string[]): Response {
  const url = to.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url=${url}">
<title>Logged out</title>
<p>You are logged out here. <a href="${url}">Log out where you logged in, too</a></p>
</html>
`;
  const headers = new Headers({
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
  });
  for (const cookie of cookies) headers.append("Set-Cookie", cookie);
  return new Response(page, { headers });
}

function redirect(to: string, cookies: readonly string[]): Response {
  const headers = new Headers({ Location: to, "Cache-Control": "no-store" });
  for (const cookie of cookies) headers.append("Set-Cookie", cookie);
  return new Response(null, { status: 303, headers });
}
