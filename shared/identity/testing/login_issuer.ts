import type { JWTPayload } from "jose";
import * as client from "openid-client";
import { type TokenIssuer, tokenIssuer } from "./token_issuer.ts";

/** An issuer that people log in with; whoever is sent there has said their password already. */
export type LoginIssuer = TokenIssuer & {
  /** Of whoever logs in next. */
  claims: JWTPayload;
  /** Where a browser is sent back to that was sent to this URL. */
  logIn(url: string): Promise<string>;
};

type Begun = {
  readonly redirectUri: string;
  readonly nonce: string;
  readonly challenge: string;
  readonly claims: JWTPayload;
};

/** What it says at `issuer`, for this client. */
export async function loginIssuer(
  issuer: string,
  { clientId = "console", endsSessions = false }: {
    readonly clientId?: string;
    /** It says where a browser ends the session that it has there. */
    readonly endsSessions?: boolean;
  } = {},
): Promise<LoginIssuer> {
  const base = await tokenIssuer(issuer, { audience: clientId, alg: "RS256" });
  const begun = new Map<string, Begun>();

  async function tokens(request: Request): Promise<Response> {
    const given = new URLSearchParams(await request.text());
    const code = given.get("code") ?? "";
    const login = begun.get(code);
    begun.delete(code);
    const verifier = given.get("code_verifier") ?? "";
    const isRight = login?.redirectUri === given.get("redirect_uri") &&
      login?.challenge === await client.calculatePKCECodeChallenge(verifier) &&
      given.get("client_id") === clientId;
    if (!isRight || !login) return Response.json({ error: "invalid_grant" }, { status: 400 });
    const { nonce, claims } = login;
    return Response.json({
      access_token: "opaque",
      token_type: "Bearer",
      id_token: await base.token({ nonce, ...claims }),
    });
  }

  const { answer } = base;
  const self: LoginIssuer = Object.assign(base, {
    claims: {},
    async answer(request: Request): Promise<Response> {
      const { pathname } = new URL(request.url);
      if (!base.isUp) return new Response(null, { status: 503 });
      if (pathname === "/token") return await tokens(request);
      const answered = await answer.call(base, request);
      if (pathname !== "/.well-known/openid-configuration") return answered;
      return Response.json({
        ...await answered.json(),
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        ...(endsSessions && { end_session_endpoint: `${issuer}/end?of=all` }),
      });
    },
    logIn(asked: string): Promise<string> {
      const { searchParams } = new URL(asked);
      const read = (name: string) => searchParams.get(name) ?? "";
      const code = crypto.randomUUID();
      begun.set(code, {
        redirectUri: read("redirect_uri"),
        nonce: read("nonce"),
        challenge: read("code_challenge"),
        claims: self.claims,
      });
      const back = new URL(read("redirect_uri"));
      back.search = `${new URLSearchParams({ code, state: read("state") })}`;
      return Promise.resolve(back.href);
    },
  });
  return self;
}
