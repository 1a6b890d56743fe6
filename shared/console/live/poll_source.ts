import { type Log, time } from "@headwater/core";
import type { LiveChannel, LiveSource } from "./live_channel.ts";

/** Tells `message` whenever what is looked at is not as it was, as long as a page is open that wants to know. */
export function pollSource(
  { message, everyMs, look, live, logger }: {
    readonly message: string;
    readonly everyMs: number;
    /** JSON of what the pages depend on. */
    look(signal: AbortSignal): Promise<unknown>;
    readonly live: LiveChannel;
    readonly logger: Log;
  },
): LiveSource {
  async function run(signal: AbortSignal): Promise<void> {
    let told: string | undefined;
    while (!signal.aborted) {
      try {
        const known = JSON.stringify(await look(signal));
        if (told !== undefined && known !== told) live.tell(message, "");
        told = known;
      } catch (error) {
        logger.debug(`Cannot look for "${message}"`, { error });
      }
      await time.pause(everyMs, { signal }).catch(() => {});
    }
  }
  return {
    messages: [message],
    run(signal) {
      run(signal);
    },
  };
}
