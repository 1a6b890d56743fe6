/** A client has asked more often than it may. */
export class RateLimited extends Error {
  /** As it stands in logs. */
  override readonly name = "RateLimited";

  /** `retryAfter`: seconds until it may again; `fields`: headers that say what it may. */
  constructor(
    message: string,
    readonly options: {
      readonly retryAfter: number;
      readonly fields: Readonly<Record<string, string>>;
    },
  ) {
    super(message);
  }
}
