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
  let latest: { readonly report: Promise<Report>; readonly askedAt: number } | undefined;

  function report(): Promise<Report> {
    if (!latest || clock.now() - latest.askedAt >= freshMs) {
      latest = { report: ask(checks, clock), askedAt: clock.now() };
    }
    return latest.report.then((asked) => {
      for (const [check, [result]] of Object.entries(asked.checks)) {
        if (result?.output === undefined) passedOnce.add(check);
      }
      return asked;
    });
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

async function ask(checks: readonly HealthCheck[], clock: time.Clock): Promise<Report> {
  const results = await Promise.all(checks.map((check) => askOne(check, clock)));
  return {
    status: results.every(({ status }) => status === "pass") ? "pass" : "warn",
    checks: Object.fromEntries(checks.map((check, index) => [check.name, [results[index]!]])),
  };
}

async function askOne(check: HealthCheck, clock: time.Clock): Promise<CheckResult> {
  const askedAt = Date.now();
  const startedAt = clock.now();
  const limitMs = check.ofOthers ? deadlineOfOthersMs : deadlineMs;
  const { failure, seenAt } = await outcomeOf(check, { limitMs, clock });
  const took = Math.round(clock.now() - startedAt);
  return {
    // One that hardly made it is worth a look
    status: failure !== undefined || took > 0.8 * limitMs ? "warn" : "pass",
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
  { limitMs, clock }: { readonly limitMs: number; readonly clock: time.Clock },
): Promise<{ readonly failure?: string; readonly seenAt?: number | undefined }> {
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
