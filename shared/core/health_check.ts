/** One thing a service needs to be of full use; rejects with the reason when it is not there. */
export type HealthCheck = {
  /** For example `postgres`, `event-log`, `projection:orders`. */
  readonly name: string;
  /** It looks at another process: whether that one is there says nothing about whether this one has started. */
  readonly ofOthers?: boolean;
  /**
   * Without it this process is of no use to anybody, while others may well be: it is not ready then. Not for what all
   * of them share, or they are taken out of rotation together; default: false, it is a warning.
   */
  readonly gates?: boolean;
  /** What clients miss while it is not there: URI templates of endpoints. */
  readonly affects?: readonly string[];
  /**
   * Asked from time to time, not by probes. `seenAt`, milliseconds since 1970: how it was when somebody last used it,
   * nobody was asked just now. `warning`: it is there, and yet something about it wants an operator.
   */
  check(
    signal: AbortSignal,
  ): Promise<{ readonly seenAt?: number; readonly warning?: string } | void>;
  /** What is to be seen of it beside that it is there; shown as it is, to every probe: it must ask nobody. */
  readonly observe?: () => Readonly<Record<string, string | number>>;
};
