/** One thing wrong with a request: where, and what. */
export type InputIssue = {
  /**
   * `lines[0].quantity` in a body, the name of a query parameter, path parameter or header elsewhere;
   * empty for the body as a whole.
   */
  readonly path: string;
  readonly message: string;
};

/** The request is not what the contract says; nothing was done. Answered with 400 and the issues. */
export class BadInput extends Error {
  /** As it stands in logs. */
  override readonly name = "BadInput";

  /** All that is wrong, not the first alone. */
  constructor(readonly issues: readonly InputIssue[], options?: ErrorOptions) {
    super(
      `Cannot accept the request: ${
        issues.map(({ path, message }) => path ? `${path}: ${message}` : message).join("; ")
      }`,
      options,
    );
  }
}

/** The body is larger than the service reads. Answered with 413. */
export class BodyTooLarge extends Error {
  /** As it stands in logs. */
  override readonly name = "BodyTooLarge";

  /** `limit`: what is read at most. */
  constructor(
    /** Bytes. */
    readonly limit: number,
  ) {
    super(`Cannot read the body: it is larger than ${limit} bytes`);
  }
}

/** The body does not come in as quickly as it has to. Answered with 408. */
export class BodyTooSlow extends Error {
  /** As it stands in logs. */
  override readonly name = "BodyTooSlow";

  /** `mostMs`: what a body may take. */
  constructor(
    /** Milliseconds. */
    readonly mostMs: number,
  ) {
    super(`Cannot read the body: it was not here within ${mostMs} ms`);
  }
}
