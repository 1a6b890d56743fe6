/** A machine is down or overloaded: nothing is wrong with the request, it may succeed later. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
  /** Seconds to wait before the next try. */
  readonly retryAfter: number;
  /** Kebab-case, for the problem document; for example `read-model-behind`. */
  readonly code: string;

  constructor(
    message: string,
    options: ErrorOptions & { retryAfter?: number; code?: string } = {},
  ) {
    super(message, options);
    this.retryAfter = options.retryAfter ?? 1;
    this.code = options.code ?? "unavailable";
  }
}

/** The time given for something has run out; whether it happened is not known. */
export class DeadlineExceeded extends Error {
  override readonly name = "DeadlineExceeded";
}
