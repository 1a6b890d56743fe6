import { type Admission, secretHeader, withSecret } from "@headwater/http";
import { jwtVerify, SignJWT } from "jose";

/** What a service is shown, by its name: that whoever asks belongs to its application. */
export type ServiceProof = (service: string) => string | Promise<string>;

/** Seconds: whoever takes one from a line, a log or a dump can use it for so long, at that service. */
const lastsS = 60;
/** Seconds before its end another is made: what is on its way then has to arrive. */
const renewedS = 20;
/** Seconds by which clocks of machines may differ. */
const skewS = 30;
const algorithm = "HS256";
const mostKnown = 200;

/** Tokens for services, signed with the secret of the application: it is never sent itself. One for each is used for 40 s. */
export function serviceTokens(
  secret: string,
  { now = Date.now }: { readonly now?: () => number } = {},
): ServiceProof {
  const key = new TextEncoder().encode(secret);
  const kept = new Map<
    string,
    { readonly token: string | Promise<string>; readonly until: number }
  >();

  function made(service: string): Promise<string> {
    const at = Math.floor(now() / 1_000);
    const until = (at + lastsS - renewedS) * 1_000;
    const making = new SignJWT().setProtectedHeader({ alg: algorithm }).setAudience(service)
      .setIssuedAt(at).setExpirationTime(at + lastsS).sign(key)
      .then((token) => {
        // From now on nobody waits for it
        kept.set(service, { token, until });
        return token;
      });
    kept.set(service, { token: making, until });
    return making;
  }

  return (service) => {
    const found = kept.get(service);
    return found && now() < found.until ? found.token : made(service);
  };
}

/**
 * Answers who shows a token for this service, or knows the secret itself, as people do who operate it. Probes, and who reads
 * the metrics, need neither.
 */
export function withServiceToken(
  secret: string,
  { service, now = Date.now }: { readonly service: string; readonly now?: () => number },
): Admission {
  const key = new TextEncoder().encode(secret);
  const admitKnowing = withSecret(secret);
  /** Until when, in milliseconds since 1970. */
  const known = new Map<string, number>();

  async function admitByToken(token: string, request: Request): Promise<void> {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [algorithm],
        audience: service,
        requiredClaims: ["exp"],
        clockTolerance: skewS,
        currentDate: new Date(now()),
      });
      if (known.size >= mostKnown) known.clear();
      known.set(token, (payload.exp ?? 0) * 1_000);
    } catch {
      // A secret may look like one
      await admitKnowing(request);
    }
  }

  return (request) => {
    const given = request.headers.get(secretHeader);
    if (given === null || !/^eyJ[\w-]*\.[\w-]+\.[\w-]+$/.test(given)) return admitKnowing(request);
    const until = known.get(given);
    if (until !== undefined && now() < until) return;
    return admitByToken(given, request);
  };
}
