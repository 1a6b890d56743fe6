import { type Admission, withSecret } from "@headwater/http";
import type { Config } from "./config.ts";
import { isLoopback } from "./is_loopback.ts";

/** Operators are who is on this machine, where nobody else reaches the gateway, and who knows the secret. */
export function operatorsAdmission(
  { host, serviceSecret }: Pick<Config, "host" | "serviceSecret">,
): Admission {
  if (isLoopback(host)) return () => {};
  // One that nobody knows: there is no other way to tell them
  return withSecret(serviceSecret ?? crypto.randomUUID());
}
