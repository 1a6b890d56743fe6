import { machine, Refusal, type Service } from "@headwater/core";
import { type Context, Hono } from "hono";
import { clientAddressOf, noteClientAddress } from "./client_address.ts";
import type { CommandHandlers } from "./command_handlers.ts";
import { commandReceiver } from "./command_receiver.ts";
import { correlationHeader, type CorrelationVariables, noteCorrelation } from "./correlation.ts";
import { type DeadlineVariables, underDeadline } from "./deadline.ts";
import { type ClaimedRequest, noteRefusal } from "./key_claim.ts";
import { type KeyTurns, keyTurns } from "./key_turns.ts";
import { endOnParting } from "./end_on_parting.ts";
import { headAnswer } from "./head_answer.ts";
import type { Identity } from "./identity.ts";
import { addHealthRoutes } from "./health.ts";
import { httpMetrics, routeOf } from "./http_metrics.ts";
import { addMetricsPage } from "./metrics_page.ts";
import { errorResponse, problemResponse } from "./problem.ts";
import { namedSpan } from "./named_span.ts";
import type { FoundRoute } from "./route_finder.ts";
import type { EdgeDependencies, ServiceDependencies } from "./service_dependencies.ts";
import { setOnAnswer } from "./set_on_answer.ts";
import type { SheddingVariables } from "./shed.ts";

/**
 * What the routes of Hono find in their context.
 * @internal
 */
type Env<Dependencies extends EdgeDependencies> = {
  Bindings: Dependencies;
  Variables: CorrelationVariables & DeadlineVariables & SheddingVariables & {
    /** Who asks, once somebody has authenticated them: as it stands in events. */
    actor?: string;
    /** The same with what they may do; undefined: nobody was asked for it, or the application itself asks. */
    identity?: Identity;
    /** Which public route is asked for, at a gateway; undefined: none is. */
    asked?: FoundRoute<object>;
    /** Of requests under the same `Idempotency-Key`. */
    turns: KeyTurns;
    endTurn?: () => void;
    /** Methods that the path has, beside those of routes. */
    allowed?: readonly string[];
    /** Under which path an answer is counted that has come from no declared one. */
    route?: string;
    /** Set while a request is handled that claimed its key. */
    claimed?: ClaimedRequest;
  };
};

/** @internal */
export type ServiceEnv = Env<ServiceDependencies>;
/** A service's routes: with `/api/…` those that the gateway shows to clients, all others are for services. */
export type Routes = Hono<ServiceEnv>;
/** What a route of a service gets. */
export type ServiceContext = Context<ServiceEnv>;
/** The gateway's routes. */
export type EdgeRoutes = Hono<Env<EdgeDependencies>>;
/** Of a service or of the gateway. */
export type EdgeContext = Pick<
  Context<Env<EdgeDependencies>>,
  "env" | "get" | "header" | "json" | "req" | "var"
>;

/**
 * What stands before everything that a service does for a request: with `next` it goes on, and is answered when that is
 * over, whatever came of it.
 */
export type Door<Dependencies extends EdgeDependencies = EdgeDependencies> = (
  c: Context<Env<Dependencies>>,
  next: () => Promise<void>,
) => Promise<void>;

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
/** With those that nobody has routes for. */
const knownMethods = [...methods, "HEAD", "OPTIONS"];

/** An empty list of routes; what they are given at run time is in `c.env`. */
export function routes(): Routes {
  return new Hono();
}

/**
 * Routes as their callers see them: with a correlation id on every answer, `/health/*`, and a problem document for
 * whatever goes wrong.
 */
export function toService<Dependencies extends EdgeDependencies>(
  routes: Hono<Env<Dependencies>>,
  dependencies: Dependencies,
  { door, commands, unsaidMs }: {
    /** What is asked of a request before anything else is done for it; default: nothing is. */
    readonly door?: Door<Dependencies> | undefined;
    /** Also taken without requests; default: none is. */
    readonly commands?: CommandHandlers | undefined;
    /** Milliseconds, 30,000 at least, after which an answer is of no use to whoever does not say; default: it always is. */
    unsaidMs?(): number;
  } = {},
): Service {
  const app = new Hono<Env<Dependencies>>();
  const turns = keyTurns();
  const { service, logger, newId, health, leaving, admit, metricsPage, admitMetrics } =
    dependencies;
  const parting = dependencies.parting ?? leaving;
  const { meter = machine.silentMeter, tracer = machine.silentTracer } = dependencies;
  const requests = httpMetrics({ service, meter });

  function answerTo(error: unknown, c: EdgeContext): Response {
    return errorResponse(error, {
      correlationId: c.var.correlationId,
      ifMatch: c.req.header("If-Match") !== undefined,
      signals: [c.get("signal"), c.req.raw.signal],
      logger,
    });
  }

  if (tracer.isOn) app.use(namedSpan({ service, tracer }));
  // In one, as Hono takes a microsecond and a kilobyte for each of these
  app.use(async (c, next) => {
    const correlationId = noteCorrelation(c, { newId, tracer });
    const beganAt = requests.begin();
    c.set("cameAt", beganAt);
    try {
      const admitted = admit?.(c.req.raw);
      if (admitted instanceof Promise) await admitted;
      // Before the deadline, which costs half of what a refusal does
      await (door ? door(c, () => worked(c, next)) : worked(c, next));
    } catch (thrown) {
      // Hono hands only Error objects to onError.
      c.res = answerTo(thrown, c);
    }
    // Not the query, nor the path as it was asked for: both may be somebody's own
    const seen = { method: c.req.method, route: routeOf(c), status: c.res.status };
    const ms = requests.end(beganAt, seen);
    logger.debug("answered a request", { ...seen, ms, correlationId });
    setOnAnswer(c, [correlationHeader, correlationId]);
  });
  addHealthRoutes(app, { name: service, health, leaving, meter });
  if (metricsPage) addMetricsPage(app, metricsPage, { admit: admitMetrics });
  app.route("/", routes);
  app.onError(answerTo);
  app.notFound((c) =>
    notFound(withHead([...allowedMethods(app, c.req.path), ...c.var.allowed ?? []]), c)
  );

  /** Rejects never: what went wrong is answered. */
  function worked(c: Context<Env<Dependencies>>, next: () => Promise<void>): Promise<void> {
    // Whoever only looks takes no turn
    const act = c.req.method === "GET" ? next : () => inTurn(c, next);
    return underDeadline(c, act, { unsaidMs }).catch((thrown) => {
      c.res = answerTo(thrown, c);
    });
  }
  /** Of requests under the same key. */
  async function inTurn(c: Context<Env<Dependencies>>, next: () => Promise<void>): Promise<void> {
    c.set("turns", turns);
    try {
      await next();
      const claimed = c.get("claimed");
      if (claimed && c.error instanceof Refusal && c.error.code !== "idempotency-key-reused") {
        await noteRefusal(claimed.log, { claim: claimed.claim, refusal: c.error });
      }
    } finally {
      c.get("endTurn")?.();
    }
  }
  async function answer(request: Request): Promise<Response> {
    if (request.method === "HEAD") {
      // Routes see a GET: what they ask others for is then not a HEAD by mistake.
      return await headAnswer(await app.fetch(getOf(request), dependencies));
    }
    const answer = await app.fetch(request, dependencies);
    return parting ? endOnParting(answer, parting) : answer;
  }
  return commands
    ? Object.assign(answer, { take: commandReceiver(commands, { ...dependencies, requests }) })
    : answer;
}

function getOf(request: Request): Request {
  const get = new Request(request, { method: "GET" });
  const address = clientAddressOf(request);
  if (address !== undefined) noteClientAddress(get, address);
  return get;
}

function allowedMethods<Dependencies extends EdgeDependencies>(
  app: Hono<Env<Dependencies>>,
  path: string,
): string[] {
  return methods.filter((method) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method)
  );
}

/** Each once; whoever may GET may ask for the head alone. */
function withHead(methods: readonly string[]): readonly string[] {
  return [...new Set(methods.includes("GET") ? [...methods, "HEAD"] : methods)];
}

function notFound(allowed: readonly string[], c: EdgeContext): Response {
  const { correlationId } = c.var;
  const { method } = c.req;
  if (!knownMethods.includes(method)) {
    return problemResponse({
      status: 501,
      code: "method-unknown",
      detail: `Cannot ${method}: methods are ${knownMethods.join(", ")}`,
      correlationId,
    });
  }
  if (allowed.length > 0) {
    return problemResponse({
      status: 405,
      code: "method-not-allowed",
      detail: `Cannot ${method} this path: allowed are ${allowed.join(", ")}`,
      correlationId,
    }, { Allow: allowed.join(", ") });
  }
  return problemResponse({
    status: 404,
    code: "route-unknown",
    detail: `Cannot ${method} this path: there is no such route`,
    correlationId,
  });
}
