import type { Recorded } from "@headwater/core";

/** An event, or one of several, cannot be applied to a read model: it says which, and why. */
export class ApplyFailure extends Error {
  override readonly name = "ApplyFailure";
  /** When the first of the events was recorded. */
  readonly behindSince: string;

  constructor(
    view: string,
    { first, count = 1, cause }: {
      readonly first: Recorded;
      readonly count?: number;
      readonly cause: unknown;
    },
  ) {
    const events = count > 1 ? `${count} events from event` : "event";
    super(
      `Cannot apply ${events} ${first.revision} ("${first.type}") of stream "${first.stream}" to "${view}": ${
        messageOf(cause)
      }`,
      { cause },
    );
    this.behindSince = first.recordedAt;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : String(error);
}
