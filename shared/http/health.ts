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
  /** What is wrong with it. */
  readonly output?: string;
  /** What else there is to see of it. */
  readonly details?: Readonly<Record<string, string | number>>;
};

type Report = {
  readonly status: Status;
  readonly checks: Readonly<Record<string, readonly CheckResult[]>>;
};

/** Kubernetes gives a probe 1 s by default: what hangs must not make this process look as if it did. */
const deadlineMs = 450;
/** Another process first asks for what it needs itself. */
const deadlineOfOthersMs = 2 * deadlineMs;
/** So that a crowd of probes asks each dependency at most once a second. */
const freshMs = 1_000;

/**
 * Adds `/health/live` (the process turns; asks nobody), `/health/ready` (this process takes requests: 503 once it is
 * leaving) and `/health/startup` (503 until every check of its own passed once), as `application/health+json`. What a
 * process depends on is a warning in the details: it would not be there for any other process either.
 */
export function addHealthRoutes<E extends Env>(
  app: Hono<E>,
  { name, checks, leaving, clock = time.realClock }: {
    readonly name: string;
    readonly checks: readonly HealthCheck[];
    /** Aborts when the process begins to leave. */
    readonly leaving?: AbortSignal | undefined;
    readonly clock?: time.Clock;
  },
): void {
  const own = checks.filter(({ ofOthers }) => !ofOthers);
  const passedOnce = new Set<string>();
  let latest: { readonly asked: ReturnType<typeof ask>; readonly askedAt: number } | undefined;

  async function report(): Promise<Report> {
    if (!latest || clock.now() - latest.askedAt >= freshMs) {
      latest = { asked: ask(checks, clock), askedAt: clock.now() };
    }
    const { report, passed } = await latest.asked;
    for (const check of passed) passedOnce.add(check);
    return report;
  }

  app.get("/health/live", () => healthResponse(name, { status: "pass", checks: {} }));
  app.get("/health/ready", async () => {
    if (leaving?.aborted) return healthResponse(name, farewell());
    return healthResponse(name, await report());
  });
  app.get("/health/startup", async () => {
    const hasStarted = () => own.every((check) => passedOnce.has(check.name));
    if (hasStarted()) return healthResponse(name, { status: "pass", checks: {} });
    const asked = await report();
    return healthResponse(name, { ...asked, status: hasStarted() ? "pass" : "fail" });
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

/** The report, and which checks have passed, with a warning or without. */
async function ask(
  checks: readonly HealthCheck[],
  clock: time.Clock,
): Promise<{ readonly report: Report; readonly passed: readonly string[] }> {
  const all = await Promise.all(checks.map((check) => askOne(check, clock)));
  const isWell = all.every(({ result }) => result.status === "pass");
  return {
    report: {
      status: isWell ? "pass" : "warn",
      checks: Object.fromEntries(all.map(({ name, result }) => [name, [result]])),
    },
    passed: all.filter(({ hasPassed }) => hasPassed).map(({ name }) => name),
  };
}

async function askOne(
  check: HealthCheck,
  clock: time.Clock,
): Promise<{ readonly name: string; readonly hasPassed: boolean; readonly result: CheckResult }> {
  const askedAt = Date.now();
  const startedAt = clock.now();
  const limitMs = check.ofOthers ? deadlineOfOthersMs : deadlineMs;
  const { failure, seenAt, warning } = await outcomeOf(check, { limitMs, clock });
  const took = Math.round(clock.now() - startedAt);
  const output = failure ?? warning;
  const result: CheckResult = {
    // One that hardly made it is worth a look
    status: output !== undefined || took > 0.8 * limitMs ? "warn" : "pass",
    time: new Date(seenAt ?? askedAt).toISOString(),
    observedValue: seenAt === undefined ? took : Math.max(0, askedAt - seenAt),
    observedUnit: "ms",
    ...(output !== undefined && { output }),
    ...(check.observe && { details: check.observe() }),
  };
  return { name: check.name, hasPassed: failure === undefined, result };
}

/** A check that does not listen to its signal is given up on all the same. */
async function outcomeOf(
  check: HealthCheck,
  { limitMs, clock }: { readonly limitMs: number; readonly clock: time.Clock },
): Promise<{
  readonly failure?: string;
  readonly seenAt?: number | undefined;
  readonly warning?: string | undefined;
}> {
  const controller = new AbortController();
  const late = Promise.withResolvers<{ failure: string }>();
  const cancelTimer = clock.after(limitMs, () => {
    late.resolve({ failure: `No answer within ${limitMs} ms` });
    controller.abort();
  });
  try {
    return await Promise.race([
      late.promise,
      Promise.try(() => check.check(controller.signal)).then(
        (observed) => ({ seenAt: observed?.seenAt, warning: observed?.warning }),
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
