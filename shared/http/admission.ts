import type { Identity } from "./identity.ts";

/**
 * Asked before anything else: throws `NotAdmitted` for a request that is not to be answered. Gives who asks, where it
 * finds that out.
 */
export type Admission = (request: Request) => Identity | void | Promise<Identity | void>;

/**
 * Whose request it is decides, whatever it asks for.
 * @internal
 */
export type AdmissionCode =
  | "customer-foreign"
  | "host-foreign"
  | "login-failed"
  | "origin-foreign"
  | "role-missing"
  | "secret-wrong"
  | "token-missing"
  | "token-wrong";

/** A request from somebody whom this place does not answer. */
export class NotAdmitted extends Error {
  /** As it stands in logs. */
  override readonly name = "NotAdmitted";

  /** The message is for people, and may change. */
  constructor(readonly code: AdmissionCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
