import { machine } from "@headwater/core";

/** What was last seen of a PostgreSQL by those who use it: probes need not ask it anything. */
export type Pulse = {
  answered(): void;
  troubled(error: unknown): void;
  /** A connection broke that had served: what was committed last may be gone with the server. */
  lost(): void;
  /** A query asked for a table that is not there. */
  missed(): void;
  last(): Sight | undefined;
};

/** How PostgreSQL was, and when. */
export type Sight = {
  /** Milliseconds since 1970. */
  readonly seenAt: number;
  /** Why it did not serve; undefined: it did. */
  readonly trouble: string | undefined;
};

/** Nothing seen yet. */
export function pulse(
  { now = Date.now, onLost = () => {}, onMissed = () => {} }: {
    now?(): number;
    onLost?(): void;
    onMissed?(): void;
  } = {},
): Pulse {
  let seenAt: number | undefined;
  let trouble: string | undefined;
  function see(problem: string | undefined): void {
    seenAt = now();
    trouble = problem;
  }
  return {
    answered: () => see(undefined),
    troubled: (error) => see(machine.messageOf(error)),
    lost: onLost,
    missed: onMissed,
    last: () => seenAt === undefined ? undefined : { seenAt, trouble },
  };
}
