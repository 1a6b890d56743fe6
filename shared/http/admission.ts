/** Asked before anything else: throws `NotAdmitted` for a request that is not to be answered. */
export type Admission = (request: Request) => void;

/**
 * Whose request it is decides, whatever it asks for.
 * @internal
 */
export type AdmissionCode = "host-foreign" | "origin-foreign" | "role-missing" | "secret-wrong";

/** A request from somebody whom this place does not answer. */
export class NotAdmitted extends Error {
  /** As it stands in logs. */
  override readonly name = "NotAdmitted";

  /** The message is for people, and may change. */
  constructor(readonly code: AdmissionCode, message: string) {
    super(message);
  }
}
