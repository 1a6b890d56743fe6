import { Unavailable } from "@headwater/core";
import {
  createRemoteJWKSet,
  customFetch,
  type ExportedJWKSCache,
  jwksCache,
  type JWTVerifyGetKey,
} from "jose";
import { type FetchJson, fetchJson } from "./fetch_json.ts";

/** How long what is known of an issuer's keys is used, in milliseconds. */
export type KeyAges = {
  /** Then they are asked for again, while those that are known go on. Default: 600,000. */
  readonly renewAfterMs?: number;
  /** Then nothing is believed by them any more. Default: 86,400,000. */
  readonly tooOldMs?: number;
  /** Between two questions for a key that nobody knows. Default: 10,000. */
  readonly cooldownMs?: number;
  /** Between two questions to an issuer that has not answered. Default: 2,000. */
  readonly failedMs?: number;
};

/**
 * The keys of an issuer, asked for when first needed, then from time to time and for a key that is not among them. Where
 * the issuer does not answer, those that are known go on for a day.
 *
 * Errors: `Unavailable` where nobody can tell; those of `jose` for a key that the issuer does not have.
 */
export function knownKeys(
  { url, send, onTrouble, now = Date.now, renewAfterMs = 600_000, tooOldMs = 86_400_000, ...ages }:
    & KeyAges
    & {
      /** Where they are; rejects while nobody can tell. */
      url(): Promise<string>;
      readonly send: FetchJson["send"];
      /** They could not be asked for, and those that are known go on. */
      onTrouble(error: unknown): void;
      /** Milliseconds since 1970. */
      readonly now?: () => number;
    },
): JWTVerifyGetKey {
  const { cooldownMs = 10_000, failedMs = 2_000 } = ages;
  const cache: ExportedJWKSCache | Record<string, never> = {};
  let failed: { readonly at: number; readonly error: Unavailable } | undefined;
  let known: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined;

  /** Whoever sends tokens of keys that nobody has would have us ask once for each. */
  async function atMostOften<Value>(ask: () => Promise<Value>): Promise<Value> {
    if (failed && isFailing()) throw failed.error;
    try {
      const value = await ask();
      failed = undefined;
      return value;
    } catch (cause) {
      const error = new Unavailable("Cannot tell who asks: the issuer's keys are out of reach", {
        ...{ code: "identity-unavailable", cause },
      });
      failed = { at: now(), error };
      throw error;
    }
  }

  async function open() {
    return createRemoteJWKSet(new URL(await atMostOften(url)), {
      [customFetch]: (url, { signal }) =>
        atMostOften(async () => {
          const keys = await fetchJson(url, { send, signal });
          if (!hasKeys(keys)) throw new Error(`Cannot read ${url}: it is no set of keys`);
          return Response.json(keys);
        }),
      [jwksCache]: cache,
      // When they are asked for again is decided here
      cacheMaxAge: Infinity,
      cooldownDuration: cooldownMs,
      timeoutDuration: 3_000,
    });
  }

  async function renew(keys: Awaited<ReturnType<typeof open>>): Promise<void> {
    try {
      await keys.reload();
    } catch (error) {
      onTrouble(error);
    }
  }

  return async (header, token) => {
    const opening = known ??= open();
    const keys = await opening.catch((error) => {
      if (known === opening) known = undefined;
      throw error;
    });
    const ageMs = typeof cache.uat === "number" ? now() - cache.uat : undefined;
    if (ageMs !== undefined && ageMs > tooOldMs) await keys.reload();
    else if (ageMs !== undefined && ageMs > renewAfterMs && !keys.reloading && !isFailing()) {
      renew(keys);
    }
    return await keys(header, token);
  };

  function isFailing(): boolean {
    return failed !== undefined && now() - failed.at < failedMs;
  }
}

/** None at all are a mistake of the issuer's: with them everybody would be turned away. */
function hasKeys(value: unknown): boolean {
  const { keys } = Object(value);
  return Array.isArray(keys) && keys.length > 0;
}
