import { time } from "@headwater/core";

/** Connections on which somebody asked of late, and who will therefore perhaps ask again. */
export type RecentConnections = {
  /** Something was asked on this one. */
  asked(connection: string): void;
  /** Nobody will ask on this one again. */
  over(connection: string): void;
  /** How many there are. */
  count(): number;
};

/** Longer ago, and most clients are not about to ask again. */
const recentMs = 10_000;

/**
 * Remembers them for `recentMs`, at most twice as long: a server is not told when a connection ends between two
 * requests, and must not keep those that are gone.
 */
export function recentConnections(clock: time.Clock = time.realClock): RecentConnections {
  let current = new Set<string>();
  let previous = new Set<string>();
  let since = clock.now();

  function forget(): void {
    const age = clock.now() - since;
    if (age < recentMs) return;
    previous = age < 2 * recentMs ? current : new Set();
    current = new Set();
    since = clock.now();
  }
  return {
    asked(connection) {
      forget();
      previous.delete(connection);
      current.add(connection);
    },
    over(connection) {
      previous.delete(connection);
      current.delete(connection);
    },
    count() {
      forget();
      return previous.size + current.size;
    },
  };
}
