/** An answer that is no success, as a client meets it. */
export class ApiProblem extends Error {
  /** As it stands in logs. */
  override readonly name = "ApiProblem";
  /** Of the answer: 400 to 599. */
  readonly status: number;
  /** What to decide by; "unknown" where the answer is no problem document. */
  readonly code: string;
  /** Leads to it in the log. */
  readonly correlationId: string | undefined;
  /** Seconds until it is worth another try; undefined: nobody says that it is. */
  readonly retryAfter: number | undefined;
  /** Of bad input: where it does not fit. */
  readonly errors: readonly { readonly path: string; readonly message: string }[];

  /** Of an answer whose body, where it is JSON, was read as such. */
  constructor(
    { status, headers, body }: {
      readonly status: number;
      readonly headers: Headers;
      readonly body: unknown;
    },
  ) {
    const { detail, code = "unknown", errors = [], correlationId } = Object(body);
    super(detail ?? `Answered with ${status}`);
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.correlationId = correlationId;
    const seconds = headers.get("Retry-After");
    this.retryAfter = seconds === null ? undefined : Number(seconds);
  }
}
