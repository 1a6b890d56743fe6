import { type Admission, ownHosts } from "@headwater/http";
import type { ServiceProof } from "@headwater/identity";

/** How this process and the services of its application prove to each other that they belong to it. */
export type ServiceProofs = {
  /** What others are shown; undefined: nothing. */
  readonly proof: ServiceProof | undefined;
  /** Whom the service of this name answers. */
  readonly admit: (service: string) => Admission;
};

/** By short-lived tokens, where there is a secret to sign them with. */
export async function serviceProofs(secret: string | undefined): Promise<ServiceProofs> {
  if (secret === undefined) return { proof: undefined, admit: () => ownHosts() };
  // Only now: its libraries take their time
  const { serviceTokens, withServiceToken } = await import("@headwater/identity");
  return {
    proof: serviceTokens(secret),
    admit: (service) => withServiceToken(secret, { service }),
  };
}
