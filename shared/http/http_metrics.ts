import { machine } from "@headwater/core";
import type { Context } from "hono";
import { routePath } from "hono/route";

/** What a service measures of its requests. */
export type HttpMetrics = {
  /** A request has come: gives when, which `end` has to be told, once. */
  begin(): number;
  /** It is answered; gives how many milliseconds that took, to a tenth. */
  end(beganAt: number, answered: AnsweredRequest): number;
};

/** @internal */
type AnsweredRequest = {
  readonly method: string;
  /** As it is declared: see `routeOf`. */
  readonly route: string;
  readonly status: number;
};

const requestsTotal = machine.metric({
  kind: "counter",
  name: "headwater_http_requests_total",
  help: "Requests that were answered, by route as it is declared and by status",
  labels: ["service", "method", "route", "status"],
});
const requestDuration = machine.metric({
  kind: "histogram",
  name: "headwater_http_request_duration_seconds",
  help: "From a request's head to its answer's: of an event stream only until it begins",
  labels: ["service", "method", "route", "status_class"],
  buckets: machine.secondsBuckets,
});
const requestsRunning = machine.metric({
  kind: "gauge",
  name: "headwater_http_requests_running",
  help: "Requests that are not answered yet",
  labels: ["service"],
});

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Counts the requests of a service; a few additions for each. */
export function httpMetrics(
  { service, meter, now = () => performance.now() }: {
    readonly service: string;
    readonly meter: machine.Meter;
    /** Milliseconds that only grow. */
    readonly now?: () => number;
  },
): HttpMetrics {
  type Answers = { readonly count: machine.Count; readonly duration: machine.Distribution };
  const countOf = meter.counter(requestsTotal);
  const durationOf = meter.histogram(requestDuration);
  const known = new Map<string, Answers>();
  let running = 0;
  meter.observe([requestsRunning], (say) => say(requestsRunning, running, { service }));

  function answersOf({ method: asked, route, status: code }: AnsweredRequest): Answers {
    const key = `${asked} ${code} ${route}`;
    const found = known.get(key);
    if (found) return found;
    const status = String(code);
    // Anybody may invent methods
    const method = methods.has(asked) ? asked : "(other)";
    const answers = {
      count: countOf({ service, method, route, status }),
      duration: durationOf({ service, method, route, status_class: `${status[0]}xx` }),
    };
    if (method === asked) known.set(key, answers);
    return answers;
  }

  return {
    begin() {
      running++;
      return now();
    },
    end(beganAt, answered) {
      running--;
      const { count, duration } = answersOf(answered);
      count.add();
      const tookMs = now() - beganAt;
      duration.note(tookMs / 1_000);
      return Math.round(tookMs * 10) / 10;
    },
  };
}

/**
 * As it is declared, never as it was asked for: of whoever answered, or of whoever refused before that.
 * @internal
 */
export function routeOf(c: Context): string {
  // Not `c.var`, which makes an object of all variables
  const known: string | undefined = c.get("route");
  const path = known ?? routePath(c);
  const route = path.endsWith("*") ? "(none)" : path;
  // Several ask, and to find it takes a while
  if (route !== known) c.set("route", route);
  return route;
}
