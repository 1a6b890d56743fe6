/** One thing a service needs to be of full use; rejects with the reason when it is not there. */
export type HealthCheck = {
  /** For example `postgres`, `event-log`, `projection:orders`. */
  readonly name: string;
  /** It looks at another process: whether that one is there says nothing about whether this one has started. */
  readonly ofOthers?: boolean;
  /**
   * `seenAt`, milliseconds since 1970: how it was when somebody last used it, nobody was asked just now. `warning`: it is
   * there, and yet something about it wants an operator.
   */
  check(
    signal: AbortSignal,
  ): Promise<{ readonly seenAt?: number; readonly warning?: string } | void>;
  /** What is to be seen of it beside that it is there; shown as it is. */
  readonly observe?: () => Readonly<Record<string, string | number>>;
};
