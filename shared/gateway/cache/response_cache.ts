import { type Log, machine, type ServiceClient } from "@headwater/core";
import { edge, type EdgeContext, type PublicRoute } from "@headwater/http";
import { type Answer, askedRoute } from "../routing/asked_route.ts";
import { askedOnce } from "./asked_once.ts";
import type { CacheEntry } from "./cache_entry.ts";
import { type CacheCounts, cacheCounts } from "./cache_metrics.ts";
import { cachedAnswer, statusHeader, withStatus } from "./cached_answer.ts";
import { feedChanges } from "./change_feed.ts";
import { type KeptAnswers, keptAnswers } from "./kept_answers.ts";
import { type KnownChanges, knownChanges } from "./known_changes.ts";
import { type Question, questionsOf, varyOf } from "./question.ts";

export type ResponseCacheOptions = {
  /** Of all services. */
  readonly routes: readonly PublicRoute[];
  readonly client: ServiceClient;
  /** For what has no end. */
  readonly bareClient: ServiceClient;
  /** With the other gateway processes. */
  readonly sharedStore: machine.SharedStore;
  /** Aborts when nobody is answered any more. */
  readonly ending: AbortSignal;
  readonly logger: Log;
  /** Takes what became of requests; default: nobody does. */
  readonly meter?: machine.Meter | undefined;
  /** Of entries in this process's memory; default: 32 MiB. */
  readonly maxBytes?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly random?: () => number;
};

type Cached = {
  readonly changes: KnownChanges;
  readonly kept: KeptAnswers;
  readonly client: ServiceClient;
  readonly logger: Log;
  readonly now: () => number;
  readonly counts: CacheCounts;
};

/**
 * Answers routes that services declare to be cached with answers that were given before, for as long as no commit is
 * known that has changed what they were made of, and it would be known. One that is not fresh any more is given for a
 * moment yet where the route allows it, while one request fetches another; those who ask at once for what nobody has wait
 * for one request, too. Answers are shared with the other gateways in the shared store.
 */
export function responseCache(
  options: ResponseCacheOptions,
): (route: PublicRoute, answer: Answer) => Answer {
  const { routes, client, bareClient, ending: signal, logger, meter = machine.silentMeter } =
    options;
  const { maxBytes = 32 * 1_024 * 1_024, now = Date.now, random = Math.random } = options;
  const kept = keptAnswers({ ...options, maxBytes });
  const cached = routes.filter(({ declared }) => declared.cache !== undefined);
  const known = new Map<PublicRoute, Cached>();
  for (const [service, own] of Map.groupBy(cached, ({ service }) => service)) {
    const changes = knownChanges();
    const views = own.flatMap(({ declared }) => declared.cache!.views.map(({ name }) => name));
    feedChanges(changes, {
      ...{ service, views: [...new Set(views)], client: bareClient, logger, signal, random },
    });
    for (const route of own) {
      const counts = cacheCounts(meter, route.path);
      known.set(route, { changes, kept, client, logger, now, counts });
    }
  }
  return (route, answer) => {
    const cached = known.get(route);
    return cached ? cachedRoute(route, answer, cached) : answer;
  };
}

function cachedRoute(route: PublicRoute, answerAnew: Answer, cached: Cached): Answer {
  const { changes, kept, client, logger, now, counts } = cached;
  const { freshMs, staleMs } = route.declared.cache!;
  const vary = varyOf(route);
  const questionOf = questionsOf(route);
  const service = askedOnce({
    ...{ client, changes, vary, now, logger },
    keep: (asked, entry) => kept.keep(asked.name, entry, { ttlMs: freshMs + staleMs }),
  });

  /** When it was known to be what it would be then. */
  const lastFresh = new WeakMap<CacheEntry, number>();
  function isFresh(entry: CacheEntry, asked: Question): boolean {
    const isSo = now() - entry.at < freshMs && changes.isFresh(entry, asked);
    if (isSo && staleMs > 0) lastFresh.set(entry, now());
    return isSo;
  }

  /** Not fresh any more, and given all the same: what it does not show is of the last moment. */
  function isStillOfUse(entry: CacheEntry): boolean {
    if (changes.log !== undefined && entry.log !== changes.log) return false;
    const since = lastFresh.get(entry) ?? entry.at;
    return staleMs > 0 && now() - since <= staleMs && now() - entry.at <= freshMs + staleMs;
  }

  function given(
    c: EdgeContext,
    { entry, said, as }: {
      readonly entry: CacheEntry;
      readonly said: string;
      readonly as: keyof CacheCounts;
    },
  ): Response {
    counts[as].add();
    const isMatch = edge.hasMatch(c.req.header("If-None-Match"), entry.etag);
    return cachedAnswer(entry, { isMatch, said, ageMs: now() - entry.at, vary });
  }

  function hit(c: EdgeContext, entry: CacheEntry): Response {
    const leftMs = freshMs - now() + entry.at;
    return given(c, { entry, as: "hit", said: `hit; ttl=${Math.ceil(leftMs / 1_000)}` });
  }

  function isEnough(entry: CacheEntry, least: number | undefined): boolean {
    return least === undefined || entry.position >= least && entry.log === changes.log;
  }

  async function answer(c: EdgeContext, asked: Question): Promise<Response | undefined> {
    const least = minPosition(c);
    const found = await kept.find(
      asked.name,
      (entry) => isFresh(entry, asked) && isEnough(entry, least),
    );
    if (found && isEnough(found, least)) {
      if (isFresh(found, asked)) return hit(c, found);
      if (isStillOfUse(found)) {
        service.renew(asked, c.var.correlationId);
        return given(c, { entry: found, as: "stale", said: "hit; ttl=-1" });
      }
    }
    // The service knows how to wait for a position; and what nobody tells the changes of is not kept
    if (least !== undefined || changes.log === undefined) return undefined;
    const why = found ? "fwd=stale" : "fwd=uri-miss";
    const others = service.underWay(asked);
    if (!others) {
      const { entry, answer } = await service.ask(asked, c.var.correlationId);
      if (entry) return given(c, { entry, as: "miss", said: `${why}; stored` });
      counts.passed.add();
      return withStatus(answer, why);
    }
    // What they get may be of before a change that was known as this request came, or for one of them alone
    const filled = await others.catch(() => undefined);
    const entry = filled?.entry;
    const isForThis = entry && isFresh(entry, asked);
    if (!isForThis) return undefined;
    return given(c, { entry, as: "collapsed", said: `${why}; collapsed` });
  }

  /** Whoever is known may be shown what others are not. */
  function askedBy(c: EdgeContext): Question | undefined {
    return c.get("identity") ? undefined : questionOf(c.req.raw, askedRoute(c)?.params ?? {});
  }

  const throughCache: Answer = async (c) => {
    if (changes.log === undefined && staleMs === 0) return await answerAnew(c);
    const asked = askedBy(c);
    const kept = asked && await answer(c, asked);
    if (kept) return kept;
    counts.passed.add();
    const anew = await answerAnew(c);
    anew.headers.set(statusHeader, `headwater; ${asked ? "fwd=request" : "fwd=bypass"}`);
    return anew;
  };
  throughCache.atOnce = (c) => {
    const asked = changes.log === undefined ? undefined : askedBy(c);
    const here = asked && kept.here(asked.name);
    const isHit = here && isEnough(here, minPosition(c)) && isFresh(here, asked);
    return isHit ? hit(c, here) : undefined;
  };
  return throughCache;
}

/** NaN, which nothing has reached, for what is no position: the service says what is wrong with it. */
function minPosition(c: EdgeContext): number | undefined {
  const token = c.req.header("X-Min-Position");
  if (token === undefined) return undefined;
  return /^\d{1,16}$/.test(token) ? Number(token) : NaN;
}
