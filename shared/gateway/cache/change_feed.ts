import { type Log, type ServiceClient, time, Unavailable } from "@headwater/core";
import { edge } from "@headwater/http";
import { z } from "zod";
import type { KnownChanges } from "./known_changes.ts";

/** Three times as long as a service is silent. */
const silentMs = 3_000;
/** Of what was not yet read to its end. */
const longestEvent = 1_000_000;

const event = z.union([
  z.object({ log: z.string() }),
  z.object({
    view: z.string(),
    position: z.int().optional(),
    keys: z.array(z.string()).optional(),
    isRewrite: z.boolean(),
  }),
]);

/**
 * Listens to what a service tells of its read models, and connects again whenever that ends, until the signal. Who is
 * silent for three seconds is gone.
 */
export async function feedChanges(
  changes: Pick<KnownChanges, "begin" | "hear" | "forget">,
  { service, views, client, logger, signal, random, clock = time.realClock }: {
    readonly service: string;
    readonly views: readonly string[];
    /** The bare one: there is nothing to try again within a call, and it has no end. */
    readonly client: ServiceClient;
    readonly logger: Log;
    readonly signal: AbortSignal;
    readonly random: () => number;
    readonly clock?: time.Clock;
  },
): Promise<void> {
  const url = `http://${service}${edge.viewChangesPath}?views=${
    views.map(encodeURIComponent).join(",")
  }`;
  for (let attempt = 1; !signal.aborted; attempt++) {
    const stopped = new AbortController();
    const stop = () => stopped.abort();
    signal.addEventListener("abort", stop, { once: true });
    let cancelTimer = clock.after(silentMs, stop);
    try {
      const answer = await client.call(service, new Request(url, { signal: stopped.signal }));
      for await (const text of textsOf(answer, stopped.signal)) {
        cancelTimer();
        cancelTimer = clock.after(silentMs, stop);
        for (const each of eventsIn(text)) {
          if ("log" in each) changes.begin(each.log);
          else changes.hear(each);
          attempt = 0;
        }
      }
    } catch (error) {
      if (!signal.aborted) logger.debug("A service does not tell of changes", { service, error });
    } finally {
      cancelTimer();
      signal.removeEventListener("abort", stop);
      changes.forget();
    }
    await time.pause(time.backOffMs(Math.max(attempt, 1), { random, longestMs: 1_000 }), {
      signal,
      clock,
    });
  }
}

/** Whole events, as many as came together; ends when the service ends it, or with the signal. */
async function* textsOf(
  { ok, status, body }: Response,
  signal: AbortSignal,
): AsyncGenerator<string> {
  if (!ok || !body) {
    await body?.cancel();
    throw new Unavailable(`Cannot hear of changes: answered ${status}`);
  }
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const leave = () => {
    reader.cancel().catch(() => {/* It has broken already. */});
  };
  signal.addEventListener("abort", leave, { once: true });
  let begun = "";
  try {
    if (signal.aborted) return;
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      begun += read.value;
      const end = begun.lastIndexOf("\n\n") + 1;
      if (begun.length - end > longestEvent) {
        throw new Unavailable("Cannot hear of changes: too long");
      }
      yield begun.slice(0, end);
      begun = begun.slice(end);
    }
  } finally {
    signal.removeEventListener("abort", leave);
    leave();
  }
}

function eventsIn(text: string): readonly z.output<typeof event>[] {
  return text.split("\n").filter((line) => line.startsWith("data: "))
    .map((line) => event.parse(JSON.parse(line.slice("data: ".length))));
}
