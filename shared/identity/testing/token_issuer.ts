import {
  exportJWK,
  generateKeyPair,
  type GenerateKeyPairResult,
  type JWTPayload,
  SignJWT,
} from "jose";

type Key = GenerateKeyPairResult & { readonly kid: string; readonly alg: string };

/** A small issuer of tokens, as it answers over HTTP; what signs is in this process. */
export type TokenIssuer = {
  readonly issuer: string;
  readonly audience: string;
  /** The newest key. */
  readonly key: () => Key;
  /** How often it was asked for its keys. */
  readonly asked: () => number;
  /** Answers for the issuer, as long as it is up. */
  answer(request: Request): Promise<Response>;
  /** A token that is valid for five minutes, but for what is said otherwise; undefined: without that. */
  token(claims?: JWTPayload, options?: { readonly key?: Key }): Promise<string>;
  /** Signs by another key from now on. */
  rotate(options?: { readonly keepsOld?: boolean }): Promise<void>;
  /** Whether it answers. */
  isUp: boolean;
};

/** What it says at `issuer`, for an audience of that name. */
export async function tokenIssuer(
  issuer: string,
  { audience = "shop", alg = "ES256" }: { readonly audience?: string; readonly alg?: string } = {},
): Promise<TokenIssuer> {
  const keys = [await newKey(alg)];
  let asked = 0;

  const self: TokenIssuer = {
    issuer,
    audience,
    isUp: true,
    key: () => keys[0]!,
    asked: () => asked,
    async answer({ url }) {
      if (!self.isUp) return new Response(null, { status: 503 });
      const { pathname } = new URL(url);
      if (pathname === "/.well-known/openid-configuration") {
        return Response.json({ issuer, jwks_uri: `${issuer}/keys` });
      }
      if (pathname !== "/keys") return new Response(null, { status: 404 });
      asked++;
      return Response.json({ keys: await Promise.all(keys.map(publicJwk)) });
    },
    async token(claims = {}, { key = keys[0]! } = {}) {
      const seconds = Math.floor(Date.now() / 1_000);
      const usual = { iss: issuer, aud: audience, sub: "ada", iat: seconds, exp: seconds + 300 };
      return await new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: key.alg, kid: key.kid })
        .sign(key.privateKey);
    },
    async rotate({ keepsOld = false } = {}) {
      const old = keepsOld ? keys.splice(0, keys.length) : [];
      keys.splice(0, keys.length, await newKey(alg), ...old);
    },
  };
  return self;
}

async function newKey(alg: string): Promise<Key> {
  return { ...await generateKeyPair(alg, { extractable: true }), kid: crypto.randomUUID(), alg };
}

async function publicJwk({ publicKey, kid, alg }: Key) {
  return { ...await exportJWK(publicKey), kid, alg, use: "sig" };
}
