/** How read models are filled from a long history. */
export type BulkSettings = {
  /** So many positions there must be to read; fewer are folded as they always are. Default 20,000. */
  readonly from?: number;
  /** How often everything is written and the checkpoint moved; default 30 s. */
  readonly saveEveryMs?: number;
  /** What may be held in memory: of rows, and of their size as JSON, in each of three lots. */
  readonly holds?: {
    readonly rows: number;
    readonly bytes: number;
  };
  /** Whether events are folded in a thread of their own, where that can be; default: where there are many. */
  readonly threads?: boolean;
};
