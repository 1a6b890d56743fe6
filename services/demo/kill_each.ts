import { time } from "@headwater/core";
import type { SupervisedProcess } from "@headwater/host";
import { seededRandom } from "./seeded_random.ts";
import type { ShopClient } from "@shop/judge";

export type KillEachOptions = {
  readonly client: ShopClient;
  /** Chooses who is next and when. */
  readonly seed: number;
  onKill?(name: string): void;
};

export type KillEach = {
  /** Processes that were killed and serve again, in that sequence. */
  readonly killed: readonly string[];
  /** Goes on with the work while this many of those that were not killed yet are, one after another. */
  during(work: Promise<void>, kills?: number): Promise<void>;
};

/** Acknowledged commands between a process that is back and the next kill, at most. */
const mostBetween = 12;
/** Milliseconds after the last of these commands, at most: between two of them, or while their consequences go on. */
const longestAfterMs = 200;

/** Kills every process once, as kill -9 does. */
export function killEach(
  processes: readonly SupervisedProcess[],
  { client, seed, onKill }: KillEachOptions,
): KillEach {
  const { whole } = seededRandom(seed);
  const left = [...processes];
  const killed: string[] = [];
  return {
    killed,
    async during(work, kills = Infinity) {
      let isDone = false;
      const done = work.finally(() => isDone = true);
      // Its failure is heard when the kills are over
      done.catch(() => {});
      for (let kill = 0; kill < kills && left.length > 0; kill++) {
        const [victim] = left.splice(whole(left.length), 1);
        if (!victim) break;
        const enough = client.acknowledged.length + 1 + whole(mostBetween);
        const afterMs = whole(longestAfterMs);
        while (!isDone && client.acknowledged.length < enough) await time.pause(1);
        await time.pause(afterMs);
        onKill?.(victim.name);
        await victim.killOnce();
        killed.push(victim.name);
      }
      await done;
    },
  };
}
