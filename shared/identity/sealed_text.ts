import { EncryptJWT, jwtDecrypt, type JWTPayload } from "jose";

/** Encrypts what a browser keeps for us, so that it can neither read nor change it. */
export type Seal = {
  /** For so many seconds. */
  close(data: JWTPayload, options: { readonly seconds: number }): Promise<string>;
  /** Undefined: it is none of ours, for something else, or over. */
  open(text: string): Promise<JWTPayload | undefined>;
};

const encryption = { alg: "dir", enc: "A256GCM" } as const;

/**
 * A seal for one purpose. The first of the secrets closes, each of them opens: a new one is put before the old, which is
 * taken away when nothing that it has closed is of use any longer.
 */
export function seal(
  secrets: readonly string[],
  { purpose, now = Date.now }: { readonly purpose: string; readonly now?: () => number },
): Seal {
  const keys = secrets.map((secret) => keyOf(secret, purpose));

  async function opened(text: string, key: Promise<Uint8Array>): Promise<JWTPayload | undefined> {
    try {
      const { payload } = await jwtDecrypt(text, await key, {
        audience: purpose,
        keyManagementAlgorithms: [encryption.alg],
        contentEncryptionAlgorithms: [encryption.enc],
        requiredClaims: ["exp"],
        currentDate: new Date(now()),
      });
      return payload;
    } catch {
      return undefined;
    }
  }

  return {
    async close(data, { seconds }) {
      const at = Math.floor(now() / 1_000);
      return await new EncryptJWT(data).setProtectedHeader(encryption).setAudience(purpose)
        .setIssuedAt(at).setExpirationTime(at + seconds).encrypt(await keys[0]!);
    },
    async open(text) {
      for (const key of keys) {
        const found = await opened(text, key);
        if (found) return found;
      }
      return undefined;
    },
  };
}

/** By HKDF: a secret is a text of any length, and each purpose has its own. */
async function keyOf(secret: string, purpose: string): Promise<Uint8Array> {
  const encoder = new TextEncoder();
  const material = await crypto.subtle.importKey("raw", encoder.encode(secret), "HKDF", false, [
    "deriveBits",
  ]);
  const bits = await crypto.subtle.deriveBits(
    {
      name: "HKDF",
      hash: "SHA-256",
      salt: new Uint8Array(),
      info: encoder.encode(`headwater ${purpose}`),
    },
    material,
    256,
  );
  return new Uint8Array(bits);
}
