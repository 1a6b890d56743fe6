/**
 * Somebody else was asked and has answered, with what cannot be passed on. Asking again would give the same. Answered
 * with 502.
 */
export class BadAnswer extends Error {
  /** As it stands in logs. */
  override readonly name = "BadAnswer";
  /** Kebab-case, for the problem document; for example `answer-not-json`. */
  readonly code: string;

  /** The message is for people, and may change. */
  constructor(message: string, { code, ...options }: ErrorOptions & { readonly code: string }) {
    super(message, options);
    this.code = code;
  }
}
