import { type Log, type ServiceClient, time } from "@headwater/core";
import { withDeadline } from "@headwater/resilience";
import { boundedText } from "./bounded_text.ts";
import { type CacheEntry, entryOf, isForAll, longestBody } from "./cache_entry.ts";
import type { KnownChanges } from "./known_changes.ts";
import type { Question } from "./question.ts";

/** What came of asking a service: something that may be given to others as well, or an answer for one alone. */
export type Asked =
  | { readonly entry: CacheEntry; readonly answer?: never }
  | { readonly answer: Response; readonly entry?: never };

/** Asks services what is not kept, each question once at a time. */
export type AskedOnce = {
  /** Undefined: nobody asks that just now. */
  underWay(asked: Question): Promise<Asked> | undefined;
  ask(asked: Question, correlationId: string): Promise<Asked>;
  /** Asks for nobody who waits, unless somebody asks already. */
  renew(asked: Question, correlationId: string): void;
};

/** Whoever waits for it has less time, or leaves. */
const longestMs = 6_000;

/** `keep` gets what came of it, before those who wait for it do. */
export function askedOnce(
  { client, changes, vary, keep, now, logger }: {
    readonly client: ServiceClient;
    readonly changes: Pick<KnownChanges, "heard" | "log">;
    /** Headers of the request on which answers depend. */
    readonly vary: readonly string[];
    keep(asked: Question, entry: CacheEntry): void;
    /** Milliseconds since 1970. */
    now(): number;
    readonly logger: Log;
  },
): AskedOnce {
  const underWay = new Map<string, Promise<Asked>>();

  async function fetched(asked: Question, correlationId: string): Promise<Asked> {
    const { service, url } = asked;
    const { heard, log } = changes;
    const at = now();
    const answer = await detached(`Cannot ask service "${service}"`, (signal) => {
      const headers = { ...asked.headers, "X-Correlation-Id": correlationId };
      return client.call(service, new Request(url, { headers, signal }));
    });
    if (!isForAll(answer, vary)) return { answer };
    const body = await boundedText(answer, longestBody);
    if (body instanceof Response) return { answer: body };
    const entry = entryOf(answer, { body, log, at, heard, vary });
    if (!entry) return { answer: new Response(body.text, answer) };
    keep(asked, entry);
    return { entry };
  }

  function ask(asked: Question, correlationId: string): Promise<Asked> {
    const asking = fetched(asked, correlationId).finally(() => underWay.delete(asked.name));
    underWay.set(asked.name, asking);
    return asking;
  }

  async function renewed(asked: Question, correlationId: string): Promise<void> {
    try {
      const { answer } = await ask(asked, correlationId);
      await answer?.body?.cancel();
    } catch (error) {
      logger.debug("A kept answer could not be renewed", { error });
    }
  }

  return {
    underWay: ({ name }) => underWay.get(name),
    ask,
    renew(asked, correlationId) {
      if (!underWay.has(asked.name)) renewed(asked, correlationId);
    },
  };
}

/** Under no deadline but its own: who asked first may leave when others wait for it. */
function detached(
  what: string,
  act: (signal: AbortSignal) => Promise<Response>,
): Promise<Response> {
  const { signal } = new AbortController();
  return time.withinDeadline(
    { signal, remainingMs: () => Infinity },
    () => withDeadline(act, { ms: longestMs, what, signal, clock: time.realClock }),
  );
}
