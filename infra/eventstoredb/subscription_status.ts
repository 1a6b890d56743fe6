/** What a subscription is doing, for people and health checks. */
export type SubscriptionStatus = {
  /** Undefined: all of them. */
  readonly categories: readonly string[] | undefined;
  readonly state: "catching-up" | "live" | "reconnecting";
  /** ISO 8601, UTC; of the state. */
  readonly since: string;
  /** Everything up to here has been seen. */
  readonly position: number | undefined;
  /** Why it is reconnecting. */
  readonly cause: string | undefined;
};
