import { type Admission, withSecret } from "@headwater/http";
import type { Config } from "./config.ts";
import { isLoopback } from "./is_loopback.ts";

/** What a proxy on this machine says that it is one with. */
const ofProxies = ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"];

/**
 * Operators are who is on this machine, where nobody else reaches the gateway, and who knows the secret. What a proxy
 * passes on comes from anywhere, also where that runs here.
 */
export function operatorsAdmission(
  { host, serviceSecret }: Pick<Config, "host" | "serviceSecret">,
): Admission {
  // One that nobody knows, where there is none: there is no other way to tell them
  const admitKnowing = withSecret(serviceSecret ?? crypto.randomUUID());
  if (!isLoopback(host)) return admitKnowing;
  return (request) => {
    if (ofProxies.some((name) => request.headers.has(name))) admitKnowing(request);
  };
}
