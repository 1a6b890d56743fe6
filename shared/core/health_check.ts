/** How something was when it was last seen, by somebody who used it: milliseconds since 1970. */
export type Observation = { readonly seenAt: number };

/** One thing a service needs to be of use; rejects with the reason when it is not there. */
export type HealthCheck = {
  /** For example `postgres`, `event-log`, `projection:orders`. */
  readonly name: string;
  /** An observation: nobody was asked just now. */
  check(signal: AbortSignal): Promise<Observation | void>;
  /** What is to be seen of it beside that it is there; shown as it is. */
  readonly observe?: () => Readonly<Record<string, string | number>>;
};
