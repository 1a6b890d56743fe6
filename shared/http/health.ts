import { machine } from "@headwater/core";
import type { Env, Hono } from "hono";
import { observeHealth } from "./health_metrics.ts";
import { checkLimitMs, type HealthWatch, type KnownHealth } from "./health_watch.ts";

type Status = "pass" | "warn" | "fail";

type CheckResult = {
  readonly status: Status;
  /** When it was asked, or last seen: ISO 8601, UTC. */
  readonly time: string;
  /** How long that took; of what was not asked: its age. */
  readonly observedValue: number;
  readonly observedUnit: "ms";
  /** What is wrong with it. */
  readonly output?: string;
  /** What clients miss meanwhile: URI templates. */
  readonly affectedEndpoints?: readonly string[];
  /** What else there is to see of it. */
  readonly details?: Readonly<Record<string, string | number>>;
};

type Report = {
  readonly status: Status;
  readonly checks: Readonly<Record<string, readonly CheckResult[]>>;
};

/** Of a process that needs nothing. */
const nothing: HealthWatch = { known: () => [], asked: Promise.resolve() };

/**
 * Adds `/health/live` (the process turns), `/health/ready` (this process takes requests: 503 once it is leaving, and while
 * something is bad that gates) and `/health/startup` (503 until every check of its own passed once; waits until each was
 * asked), as `application/health+json`. They say what is known and ask nobody. What a process depends on is a warning in
 * the details: it would not be there for any other process either.
 */
export function addHealthRoutes<E extends Env>(
  app: Hono<E>,
  { name, health = nothing, leaving, meter = machine.silentMeter }: {
    readonly name: string;
    readonly health?: HealthWatch | undefined;
    /** Aborts when the process begins to leave. */
    readonly leaving?: AbortSignal | undefined;
    /** Takes what the checks have shown. */
    readonly meter?: machine.Meter | undefined;
  },
): void {
  observeHealth(meter, {
    service: name,
    results: () => health.known().map((each) => [each.check.name, resultOf(each).status]),
  });
  app.get("/health/live", () => healthResponse(name, { status: "pass", checks: {} }));
  app.get(
    "/health/ready",
    () => healthResponse(name, leaving?.aborted ? farewell() : reportOf(health.known())),
  );
  app.get("/health/startup", async () => {
    await health.asked;
    const known = health.known();
    const hasStarted = known.every(({ check, hasPassed }) => check.ofOthers || hasPassed);
    const report = reportOf(known);
    return healthResponse(name, {
      ...report,
      status: !hasStarted ? "fail" : report.status === "pass" ? "pass" : "warn",
    });
  });
}

function farewell(): Report {
  const result: CheckResult = {
    status: "fail",
    time: new Date().toISOString(),
    observedValue: 0,
    observedUnit: "ms",
    output: "The process is leaving: it answers what was asked, and ends",
  };
  return { status: "fail", checks: { leaving: [result] } };
}

function reportOf(known: readonly KnownHealth[]): Report {
  const results = known.map((each): [string, CheckResult] => [each.check.name, resultOf(each)]);
  const statuses = results.map(([, { status }]) => status);
  return {
    status: statuses.find((status) => status === "fail") ??
      statuses.find((status) => status === "warn") ?? "pass",
    checks: Object.fromEntries(results.map(([name, result]) => [name, [result]])),
  };
}

function resultOf({ check, outcome, isBad }: KnownHealth): CheckResult {
  const { askedAt = Date.now(), tookMs = 0, seenAt } = outcome ?? {};
  const output = outcome === undefined
    ? "It has not been asked yet"
    : outcome.failure ?? outcome.warning;
  // One that hardly made it is worth a look
  const isWell = output === undefined && tookMs <= 0.8 * checkLimitMs;
  const isMissing = isBad || outcome === undefined;
  return {
    status: isWell ? "pass" : isMissing && check.gates ? "fail" : "warn",
    time: new Date(seenAt ?? askedAt).toISOString(),
    observedValue: seenAt === undefined ? tookMs : Math.max(0, askedAt - seenAt),
    observedUnit: "ms",
    ...(output !== undefined && { output }),
    ...(isBad && check.affects && { affectedEndpoints: check.affects }),
    ...(check.observe && { details: check.observe() }),
  };
}

function healthResponse(name: string, report: Report): Response {
  return new Response(JSON.stringify({ ...report, serviceId: name }), {
    status: report.status === "fail" ? 503 : 200,
    headers: {
      "Content-Type": "application/health+json",
      "Cache-Control": "no-store",
      ...(report.status === "fail" && { "Retry-After": "1" }),
    },
  });
}
