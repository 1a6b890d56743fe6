import { type Log, machine, time } from "@headwater/core";
import type { EdgeContext, EdgeRoutes, PublicRoute } from "@headwater/http";
import { type calls, observeTargets } from "@headwater/resilience";
import { filled, matched, segmentsOf } from "./path_pattern.ts";
import type { Answer } from "./routing/asked_route.ts";
import type { RouteTable, TableRoute, Upstream } from "./route_table.ts";
import type { SideTarget, TwoSided } from "./strangler/strangle.ts";
import { createUpstreamClient, longestWaitMs, type UpstreamClient } from "./upstream_client.ts";
import { upstreamTarget } from "./upstream_target.ts";
import type { Upstreams } from "./upstreams.ts";

/** Answers a request that a system from before and a service in its place could both answer. */
export type ServeStrangled = (c: EdgeContext, route: TwoSided) => Promise<Response>;

/** By what operators know the strangled routes of a table. */
export function strangledNames({ routes }: RouteTable): readonly string[] {
  return [...new Set(routes.flatMap(({ strangles }) => strangles?.name ?? []))];
}

/** What the table adds to a gateway. */
export type TableRoutes = {
  /** Answers a service's route by one of two sides as long as it is strangled; else as it is answered otherwise. */
  strangled(
    route: PublicRoute,
    answers: { readonly side: SideTarget; readonly otherwise: Answer },
  ): Answer;
  /** What no route before has taken. */
  addOpen(app: EdgeRoutes): void;
  /** Milliseconds within which each route has an answer. */
  longestMs(): number;
};

/** What was made of one table; requests under way keep theirs. */
type Prepared = {
  readonly table: RouteTable;
  readonly longestMs: number;
  readonly clients: ReadonlyMap<string, KnownClient>;
  readonly open: readonly Way[];
  /** By method and path. */
  readonly strangled: ReadonlyMap<string, Way>;
};

/** A route of the table, and who answers it. */
type Way = { readonly route: TableRoute; readonly target: SideTarget };

type KnownClient = { readonly upstream: Upstream; readonly client: UpstreamClient };

const strangledAnswers = machine.metric({
  kind: "counter",
  name: "headwater_gateway_strangled_answers_total",
  help: "Answers of strangled routes by the side that gave them: legacy or new",
  labels: ["route", "side", "status_class"],
});

/** The routes of the table: looked up at each request, since there may be another table by then. */
export function tableRoutes(
  { table, send }: Upstreams,
  {
    strangle,
    bodyMs,
    logger,
    meter = machine.silentMeter,
    book,
    clock = time.realClock,
  }: {
    /** Milliseconds that a body may take to come in. */
    readonly bodyMs: number;
    readonly strangle: ServeStrangled;
    readonly logger: Log;
    /** Takes how it stands with upstreams; default: nobody does. */
    readonly meter?: machine.Meter | undefined;
    /** Shows them to operators; default: nobody does. */
    readonly book?: calls.CallBook | undefined;
    readonly clock?: time.Clock;
  },
): TableRoutes {
  const isolated = new Set<string>();
  let prepared = prepare(table(), new Map());
  const answersOf = meter.counter(strangledAnswers);
  const caller = {
    caller: "gateway",
    targets: () => Array.from(prepared.clients.values(), ({ client }) => client.describe()),
  };
  observeTargets(meter, caller);
  book?.add({
    ...caller,
    isolate(name) {
      isolated.add(name);
      prepared.clients.get(name)?.client.isolate();
    },
    release(name) {
      isolated.delete(name);
      prepared.clients.get(name)?.client.release();
    },
  });

  function now(): Prepared {
    const current = table();
    if (current !== prepared.table) prepared = prepare(current, prepared.clients);
    return prepared;
  }

  /** What is known of an upstream stays known, unless another one has its name. */
  function prepare(table: RouteTable, known: Prepared["clients"]): Prepared {
    const clients = new Map(table.upstreams.map((upstream): [string, KnownClient] => {
      const { name } = upstream;
      const before = known.get(name);
      if (before && isSame(before.upstream, upstream)) return [name, before];
      const client = createUpstreamClient(upstream, { send, clock });
      if (isolated.has(name)) client.isolate();
      return [name, { upstream, client }];
    }));
    const all = table.routes.map((route) => {
      const { name } = route.upstream;
      const { client } = clients.get(name)!;
      const ways = table.routes.filter(({ upstream }) => upstream.name === name);
      const hereOf = (path: string) => pathHere(path, ways);
      return { route, target: upstreamTarget(route, { client, hereOf, bodyMs, clock, logger }) };
    });
    // Its body is read, it waits for its turn, it is asked
    const timeOf = ({ timeoutMs }: TableRoute) => bodyMs + longestWaitMs + timeoutMs;
    return {
      table,
      longestMs: Math.max(0, ...table.routes.map(timeOf)),
      clients,
      open: all.filter(({ route }) => !route.strangles),
      strangled: new Map(
        all.filter(({ route }) => route.strangles)
          .map((each) => [`${each.route.method} ${each.route.path}`, each]),
      ),
    };
  }

  return {
    strangled(route, { side: service, otherwise }) {
      const strangled = strangledBy(route, service);
      async function byOneSide(c: EdgeContext, both: TwoSided): Promise<Response> {
        const answer = await strangle(c, both);
        const side = answer.headers.get("X-Served-By") ?? "(none)";
        const status_class = `${answer.status}`[0] + "xx";
        answersOf({ route: both.strangles.name, side, status_class }).add();
        return answer;
      }
      const answer: Answer = (c) => {
        const both = strangled();
        return both ? byOneSide(c, both) : otherwise(c);
      };
      answer.atOnce = (c) => strangled() ? undefined : otherwise.atOnce?.(c);
      return answer;
    },
    longestMs: () => now().longestMs,
    addOpen(app) {
      app.all("*", async (c, next) => {
        const segments = segmentsOf(c.req.url);
        const fitting = now().open.filter(({ route }) => matched(route.path, segments));
        const found = fitting.find(({ route }) => route.method === c.req.method);
        if (found) {
          c.set("route", found.route.path);
          return await found.target.answer(c);
        }
        if (fitting.length > 0) c.set("allowed", fitting.map(({ route }) => route.method));
        await next();
        return undefined;
      });
    },
  };

  /** Looks it up anew only where there is another table. */
  function strangledBy(route: PublicRoute, service: SideTarget): () => TwoSided | undefined {
    const name = `${route.method} ${route.path}`;
    let known: { readonly of: Prepared; readonly route: TwoSided | undefined } | undefined;
    return () => {
      const of = now();
      if (known?.of !== of) known = { of, route: twoSided(of.strangled.get(name), service) };
      return known.route;
    };
  }
}

/** Where clients find what an upstream has under this path; where no route says so, under the same one. */
function pathHere(there: string, ways: readonly TableRoute[]): string {
  const segments = segmentsOf(`http://upstream${there}`);
  for (const { method, path, to } of ways) {
    const values = method === "GET" ? matched(to, segments) : undefined;
    if (values) return filled(path, values);
  }
  return there;
}

function twoSided(found: Way | undefined, service: SideTarget): TwoSided | undefined {
  const { strangles } = found?.route ?? {};
  return found && strangles && { strangles, legacy: found.target, service };
}

function isSame(one: Upstream, other: Upstream): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
