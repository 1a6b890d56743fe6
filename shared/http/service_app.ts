import { type Context, Hono } from "hono";
import type { Service } from "@headwater/core";
import type { ServiceDependencies } from "./service_dependencies.ts";
import { correlation, type CorrelationVariables } from "./correlation.ts";
import { addHealthRoutes } from "./health.ts";
import { errorResponse, problemResponse } from "./problem.ts";

export type ServiceEnv = {
  Variables: CorrelationVariables & {
    /** Name of the service that answers. */
    service: string;
    newId: () => string;
    /** Who asks, once somebody has authenticated them. */
    actor?: string;
  };
};

export type ServiceApp = Hono<ServiceEnv>;
export type ServiceContext = Context<ServiceEnv>;

/** What an app needs of a service's dependencies. */
export type ServiceAppDependencies = Pick<ServiceDependencies, "logger" | "checks" | "newId">;

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/**
 * The app that a service adds its routes to: correlation id on every answer, `/health/*`, and a problem document for
 * whatever goes wrong.
 */
export function createServiceApp(name: string, dependencies: ServiceAppDependencies): ServiceApp {
  const app: ServiceApp = new Hono();
  const { logger, newId } = dependencies;

  function answerTo(error: unknown, c: ServiceContext): Response {
    return errorResponse(error, {
      correlationId: c.var.correlationId,
      ifMatch: c.req.header("If-Match") !== undefined,
      signal: c.req.raw.signal,
      logger,
    });
  }

  app.use(correlation(newId));
  app.use(async (c, next) => {
    c.set("service", name);
    c.set("newId", newId);
    try {
      await next();
    } catch (thrown) {
      // Hono hands only Error objects to onError.
      c.res = answerTo(thrown, c);
    }
  });
  addHealthRoutes(app, { name, checks: dependencies.checks });
  app.onError(answerTo);
  app.notFound((c) => notFound(app, c));
  return app;
}

/** The app as its callers see it. */
export function toService(app: ServiceApp): Service {
  return async (request) => await app.fetch(request);
}

function notFound(app: ServiceApp, c: ServiceContext): Response {
  const { correlationId } = c.var;
  const { path, method } = c.req;
  const allowed = methods.filter((other) =>
    app.router.match(other, path)[0].some(([[, route]]) => route.method === other)
  );
  if (allowed.length > 0) {
    if (allowed.includes("GET")) allowed.push("HEAD");
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
