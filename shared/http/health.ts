import type { Env, Hono } from "hono";
import { type HealthCheck, time } from "@headwater/core";

type Status = "pass" | "warn" | "fail";

type CheckResult = {
  readonly status: Status;
  /** When it was asked, or last seen: ISO 8601, UTC. */
  readonly time: string;
  /** How long that took; of what was not asked: its age. */
  readonly observedValue: number;
  readonly observedUnit: "ms";
  /** Why it did not pass. */
  readonly output?: string;
  /** What else there is to see of it. */
  readonly details?: Readonly<Record<string, string | number>>;
};

type Report = {
  readonly status: Status;
  readonly checks: Readonly<Record<string, readonly CheckResult[]>>;
};

/** A load balancer asks every few seconds; a check that needs longer than this is down for its purposes. */
const deadlineMs = 1_000;
/** A check that passed but took half its time is worth a look. */
const slowMs = deadlineMs / 2;
/** So that a crowd of probes asks each dependency at most once a second. */
const freshMs = 1_000;

/**
 * Adds `/health/live` (the process turns; asks nobody), `/health/ready` (503 while a check fails) and `/health/startup`
 * (503 until every check passed once), as `application/health+json`.
 */
export function addHealthRoutes<E extends Env>(
  app: Hono<E>,
  { name, checks, clock = time.realClock }: {
    readonly name: string;
    readonly checks: readonly HealthCheck[];
    readonly clock?: time.Clock;
  },
): void {
  const passedOnce = new Set<string>();
  let latest: { readonly report: Promise<Report>; readonly askedAt: number } | undefined;

  function report(): Promise<Report> {
    if (!latest || clock.now() - latest.askedAt >= freshMs) {
      latest = { report: ask(checks, clock), askedAt: clock.now() };
    }
    return latest.report.then((asked) => {
      for (const [check, [result]] of Object.entries(asked.checks)) {
        if (result?.status !== "fail") passedOnce.add(check);
      }
      return asked;
    });
  }

  app.get("/health/live", () => healthResponse(name, { status: "pass", checks: {} }));
  app.get("/health/ready", async () => healthResponse(name, await report()));
  app.get("/health/startup", async () => {
    const hasStarted = () => checks.every((check) => passedOnce.has(check.name));
    if (hasStarted()) return healthResponse(name, { status: "pass", checks: {} });
    const asked = await report();
    return healthResponse(name, { ...asked, status: hasStarted() ? "pass" : "fail" });
  });
}

async function ask(checks: readonly HealthCheck[], clock: time.Clock): Promise<Report> {
  const results = await Promise.all(checks.map((check) => askOne(check, clock)));
  const statuses = results.map((result) => result.status);
  return {
    status: statuses.includes("fail") ? "fail" : statuses.includes("warn") ? "warn" : "pass",
    checks: Object.fromEntries(checks.map((check, index) => [check.name, [results[index]!]])),
  };
}

async function askOne(check: HealthCheck, clock: time.Clock): Promise<CheckResult> {
  const askedAt = Date.now();
  const startedAt = clock.now();
  const { failure, seenAt } = await outcomeOf(check, clock);
  const took = Math.round(clock.now() - startedAt);
  const status = failure !== undefined ? "fail" : took > slowMs ? "warn" : "pass";
  return {
    status,
    time: new Date(seenAt ?? askedAt).toISOString(),
    observedValue: seenAt === undefined ? took : Math.max(0, askedAt - seenAt),
    observedUnit: "ms",
    ...(failure !== undefined && { output: failure }),
    ...(check.observe && { details: check.observe() }),
  };
}

/** A check that does not listen to its signal is given up on all the same. */
async function outcomeOf(
  check: HealthCheck,
  clock: time.Clock,
): Promise<{ readonly failure?: string; readonly seenAt?: number | undefined }> {
  const controller = new AbortController();
  const late = Promise.withResolvers<{ failure: string }>();
  const cancelTimer = clock.after(deadlineMs, () => {
    late.resolve({ failure: `No answer within ${deadlineMs} ms` });
    controller.abort();
  });
  try {
    return await Promise.race([
      late.promise,
      Promise.try(() => check.check(controller.signal)).then(
        (observed) => ({ seenAt: observed?.seenAt }),
        (error) => ({ failure: error instanceof Error ? error.message : String(error) }),
      ),
    ]);
  } finally {
    cancelTimer();
  }
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
