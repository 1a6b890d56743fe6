import type { machine, Service, ServiceClient } from "@headwater/core";
import {
  type Admission,
  type describe,
  edge,
  type EdgeDependencies,
  type EdgeRoutes,
  type PublicRoute,
  type Routes,
  toService,
} from "@headwater/http";
import type { calls, policy } from "@headwater/resilience";
import { Hono } from "hono";
import { type Answer, askedRoute } from "./routing/asked_route.ts";
import { addConsole } from "./console.ts";
import { responseCache } from "./cache/response_cache.ts";
import { describePages } from "./describe_pages.ts";
import { serviceTarget } from "./forward.ts";
import { addFrontPage } from "./front_page.ts";
import type { Page } from "./page.ts";
import { pageAnswers } from "./page_routes.ts";
import { addMetricsTargets } from "./metrics_targets.ts";
import { packAnswer } from "./packing.ts";
import { assertPlainRequest } from "./plain_request.ts";
import { publicAnswers } from "./public_answers.ts";
import { rateLimits } from "./rate_limits.ts";
import { withRoles } from "./roles.ts";
import { addOperatorsElsewhere } from "./operators_elsewhere.ts";
import { addOperators } from "./operators.ts";
import { secureAnswer } from "./secure_answer.ts";
import { addOperating } from "./strangler/operating.ts";
import { strangle } from "./strangler/strangle.ts";
import { type ServeStrangled, strangledNames, tableRoutes } from "./table_routes.ts";
import type { Upstreams } from "./upstreams.ts";

/** What an application decides about its gateway. */
export type GatewayOptions = {
  /** Answers that are made of several services. */
  readonly pages: readonly Page[];
  /** Milliseconds within which the body of a request has to be here; default 10,000. */
  readonly bodyMs?: number;
  /** Chooses who answers a route that an upstream and a service both have; default: as operators have decided. */
  readonly strangle?: ServeStrangled;
};

/** All that a gateway gets from outside. */
export type GatewayDependencies = EdgeDependencies & {
  /** The application's name. */
  readonly application: string;
  readonly client: ServiceClient;
  /** The numbers of calls to services, for what is not its client's; default: the usual ones. */
  readonly settingsOf?: calls.SettingsOf | undefined;
  /** For calls that have no end: without deadlines, repetitions and places. */
  readonly bareClient: ServiceClient;
  /** With the application's other gateway processes. */
  readonly sharedStore: machine.SharedStore;
  /** Aborts when nobody is answered any more: what is done beside answering ends. */
  readonly ending: AbortSignal;
  /** Refuses what cannot be worked on; default: everything is. */
  readonly shedder?: policy.Shedder | undefined;
  /** Of all services. */
  readonly routes: readonly PublicRoute[];
  /** Systems that are not ours; default: there are none. */
  readonly upstreams?: Upstreams | undefined;
  /** Where services are that have processes of their own; default: all are in this one. */
  readonly serviceUrls?: ReadonlyMap<string, string> | undefined;
  /** Who asks, by which services' routes are answered; default: nobody is asked, whatever roles they declare. */
  readonly identify?: edge.Identify | undefined;
  /** Where people log in to the console, below it; default: nowhere. */
  readonly login?: EdgeRoutes | undefined;
  /** Shows upstreams to operators, among all whom the process calls; default: nobody does. */
  readonly book?: calls.CallBook | undefined;
  /** Whom to take for an operator; default: everybody whom it answers. */
  readonly admitOperators?: Admission | undefined;
  /** What else operators look at and do, under `/ops`; default: nothing. */
  readonly operators?: Routes | undefined;
  /** What else it shows to operators, such as what it is; default: nothing. */
  readonly more?: EdgeRoutes | undefined;
  /** What operators see in a browser, under `/console`; default: there is no such thing. */
  readonly console?: EdgeRoutes | undefined;
};

/** A gateway, and what is known of it before anything runs. */
export type CreateGateway = ((dependencies: GatewayDependencies) => Service) & {
  /** Paths that it answers from several services. */
  readonly pages: readonly string[];
  /** Those as they are described, with what services declare of the routes behind them. */
  describePages(routes: readonly describe.DescribedRoute[]): readonly describe.DescribedRoute[];
};

const usualBodyMs = 10_000;
/** Defines a gateway: pages made of several services, and the services' public routes, under one origin. */
export function gateway(
  { pages, bodyMs = usualBodyMs, strangle: serve }: GatewayOptions,
): CreateGateway {
  const create = (dependencies: GatewayDependencies): Service => {
    const { application, client, routes, upstreams, identify, shedder, more, ...own } =
      dependencies;
    const { admitOperators = () => {}, console } = dependencies;
    const { service, logger, bareClient, meter, sharedStore } = own;
    const app: EdgeRoutes = new Hono();
    const asking = { client, bareClient, bodyMs };
    const names = () => upstreams ? strangledNames(upstreams.table()) : [];
    const sides = strangle({
      ...{ client: bareClient, store: sharedStore, names, admitOperators, logger },
    });
    addOperating(app, {
      ...{ client, admitOperators },
      onChanged: upstreams ? sides.refresh : () => Promise.resolve(),
    });
    const { serviceUrls = new Map(), operators } = dependencies;
    if (operators) addOperators(app, { operators, admitOperators });
    if (console) addConsole(app, { console, login: dependencies.login, admitOperators });
    const { admitMetrics = admitOperators } = dependencies;
    addMetricsTargets(app, { application, serviceUrls, admit: admitMetrics });
    addOperatorsElsewhere(app, { serviceUrls, admitOperators });
    if (more) {
      addOperators(app, {
        ...{ operators: more, admitOperators },
        toOthers: (c) => c.req.path === "/" && c.req.method === "GET" ? frontPage(c) : undefined,
      });
    }
    const table = upstreams &&
      tableRoutes(upstreams, {
        ...asking,
        strangle: serve ?? sides.answer,
        logger,
        meter,
        book: dependencies.book,
      });
    const cached = responseCache(dependencies);
    const pageAnswer = pageAnswers({ client, settingsOf: dependencies.settingsOf, logger });
    function answerOf(route: PublicRoute, page: Page | undefined): Answer {
      if (page) return pageAnswer(page);
      const side = serviceTarget(route, asking);
      const answer = cached(route, (c) => side.answer(c));
      return table ? table.strangled(route, { side, otherwise: answer }) : answer;
    }
    const open = publicAnswers({ pages, routes }, (route, page) => {
      const answer = answerOf(route, page);
      return identify ? withRoles(route, answer, { identify }) : answer;
    });
    app.use((c, next) => open.answer(c) ?? next());
    const frontPage = addFrontPage(app, {
      application,
      ...{ routes, pages },
      ...(upstreams && { table: upstreams.table }),
    });
    table?.addOpen(app);
    app.use((c, next) => {
      c.set("allowed", [...c.get("allowed") ?? [], ...open.methodsAt(c.req.path)]);
      return next();
    });
    const limited = rateLimits({ routes, sharedStore });
    const shed = shedder && edge.shed({
      ...{ shedder, believes: false, service, meter, logger },
      priorityOf: (c) => askedRoute(c)?.route.declared.priority ?? "normal",
    });
    const door: edge.Door = (c, next) => {
      assertPlainRequest(c.req.raw);
      open.find(c);
      const answer = () => finished(c, next);
      return limited(c, shed ? () => shed(c, answer) : answer);
    };
    async function finished(...[c, next]: Parameters<edge.Door>): Promise<void> {
      const kept = open.atOnce(c);
      if (kept) c.res = kept;
      else await next();
      secureAnswer(c);
      await packAnswer(c);
    }
    return toService(app, own, { door, unsaidMs: () => table?.longestMs() ?? 0 });
  };
  return Object.assign(create, {
    pages: pages.map(({ path }) => path),
    describePages: (routes: readonly describe.DescribedRoute[]) => describePages(pages, routes),
  });
}
