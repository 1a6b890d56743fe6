import { DeadlineExceeded, type Log, type ServiceClient, time, Unavailable } from "@headwater/core";
import { edge, type EdgeContext } from "@headwater/http";
import { BadInput, type calls, preferredWaitSeconds, WholeAnswer } from "@headwater/resilience";
import { hash } from "node:crypto";
import { type Answer, askedRoute } from "./routing/asked_route.ts";
import { askPart, type PageRequest, type PartAnswer } from "./ask_part.ts";
import { inOrder, type Page } from "./page.ts";
import { partClient } from "./part_client.ts";
import { addIdentity, passedOnHeaders } from "./passed_on_headers.ts";
import { staleParts } from "./stale_parts.ts";

/** Of the time that a client gives a page, for its parts: the rest is for putting them together, and for the way. */
const shareOfParts = 0.85;
/** Milliseconds for a page whose client does not say how long it waits. */
const usualPageMs = 10_000;

/** They speak of the page, not of a part. */
const ofThePage = ["If-None-Match", "If-Match", "If-Modified-Since", "If-Range", "Range"];

/** Answers pages: each part is asked for under the client's own headers, and what cannot be had is marked. */
export function pageAnswers(
  { client, settingsOf, logger, clock = time.realClock }: {
    readonly client: ServiceClient;
    /** For how long the parts of each service may be stale; default: as usual. */
    readonly settingsOf?: calls.SettingsOf | undefined;
    readonly logger: Log;
    readonly clock?: time.Clock;
  },
): (page: Page) => Answer {
  const given = {
    ...{ client: partClient(client, clock), clock, stale: staleParts(clock.now) },
    staleMsOf: settingsOf && ((service: string) => settingsOf(service).fallback.staleMs),
  };
  return ({ parts }) => {
    const ordered = inOrder(parts);
    return async (c) => {
      const isWhole = wantsWhole(c);
      const asked = requestOf(c, given);
      const refused = Promise.withResolvers<PartAnswer>();
      const answers = new Map<string, Promise<PartAnswer>>();
      for (const part of ordered) {
        const answer = askPart(part, answers, asked).then((answer) => {
          // Nobody waits for the others then
          if (isFatal(answer, { isWhole })) refused.resolve(answer);
          return answer;
        });
        answers.set(part.name, answer);
      }
      const all = Promise.all(parts.map(({ name }) => answers.get(name)!));
      const outcome = await Promise.race([refused.promise, all]);
      if ("part" in outcome) return refusal(outcome);
      note(outcome, { logger, correlationId: c.get("correlationId") });
      return pageOf(outcome, c.req.header("If-None-Match"));
    };
  };
}

function requestOf(
  c: EdgeContext,
  given: Pick<PageRequest, "client" | "clock" | "stale" | "staleMsOf">,
): PageRequest {
  const headers = passedOnHeaders(c);
  for (const name of ofThePage) headers.delete(name);
  // Whoever is known has proved it by something, though what was our own has been taken away
  const isPersonal = headers.has("Authorization") || headers.has("Cookie") ||
    c.get("identity") !== undefined;
  addIdentity(headers, c);
  const position = headers.get("X-Min-Position");
  const waitMs = position === null ? 0 : preferredWaitSeconds(headers) * 1_000;
  const leftMs = time.currentDeadline()?.remainingMs() ?? Infinity;
  return {
    ...given,
    parameters: Object.fromEntries(
      Object.entries(askedRoute(c)?.params ?? {}).map((
        [name, value],
      ) => [name, encodeURIComponent(value)]),
    ),
    headers,
    until: given.clock.now() + shareOfParts * Math.min(leftMs, usualPageMs + waitMs),
    waitMs,
    minPosition: position === null ? -1 : Number(position),
    isPersonal,
  };
}

/** `?complete=true`: all of it or nothing. */
function wantsWhole(c: EdgeContext): boolean {
  const said = c.req.query("complete");
  if (said !== undefined && said !== "true" && said !== "false") {
    throw new BadInput([{ path: "complete", message: "Must be true or false" }]);
  }
  return said === "true";
}

/** Without it there is no page; nor must one show less than the client has seen already. */
function isFatal(
  { status, part, code }: PartAnswer,
  { isWhole }: { readonly isWhole: boolean },
): boolean {
  if (status === "ok") return false;
  if (code === "read-model-behind") return true;
  if (status === "none") return part.required === true;
  return isWhole || part.required === true && status !== "stale";
}

/** The service's own problem document, or what the error comes to. */
function refusal({ problem, error, isParked, part }: PartAnswer): Response {
  if (!problem) throw error ?? new Unavailable(`Cannot show part "${part.name}"`);
  return new Response(problem.text, {
    status: problem.status,
    headers: {
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
      ...(isParked && { "X-Read-Model-Parked": "true" }),
    },
  });
}

/** What is down or slow says so itself; what nobody expects has to be told. */
function note(
  answers: readonly PartAnswer[],
  { logger, correlationId }: { readonly logger: Log; readonly correlationId: string },
): void {
  for (const { part, error, code } of answers) {
    const isExpected = error instanceof Unavailable || error instanceof DeadlineExceeded;
    if (error === undefined || isExpected) continue;
    logger.warn(`part "${part.name}" is not in a page`, { correlationId, code, error });
  }
}

function pageOf(answers: readonly PartAnswer[], ifNoneMatch: string | undefined): Response {
  const isComplete = answers.every(({ status }) => status === "ok" || status === "none");
  const data = answers.map(({ part, text }) => `${JSON.stringify(part.name)}:${text}`).join(",");
  const headers = headersOf(answers);
  if (isComplete) {
    // Weak: what is said of the parts, how long each took, is another time something else
    headers["ETag"] = `W/"${hash("sha256", data, "base64url")}"`;
    if (edge.hasMatch(ifNoneMatch, headers["ETag"])) {
      return new Response(null, { status: 304, headers });
    }
  } else {
    headers["X-Complete"] = "false";
    headers["Cache-Control"] = "no-store";
  }
  const meta = JSON.stringify({
    complete: isComplete,
    parts: Object.fromEntries(answers.map((answer) => [answer.part.name, metaOf(answer)])),
  });
  const page = new TextEncoder().encode(`{"data":{${data}},"meta":${meta}}`);
  headers["Content-Type"] = "application/json";
  // Without it compression takes it for a long one
  headers["Content-Length"] = String(page.byteLength);
  return new WholeAnswer(page, { status: 200, headers });
}

function metaOf({ status, code, ms, ageMs }: PartAnswer) {
  return {
    status,
    ...(code !== undefined && { code }),
    ms: Math.round(ms),
    ...(ageMs !== undefined && { ageMs: Math.round(ageMs) }),
  };
}

/** Of the part that knows least. */
function headersOf(answers: readonly PartAnswer[]): Record<string, string> {
  const positions = answers.map(({ position }) => position).filter((at) => at !== undefined);
  const warning = answers.find((answer) => answer.warning !== undefined)?.warning;
  return {
    ...(positions.length > 0 && { "X-Position": String(Math.min(...positions)) }),
    ...(answers.some(({ isParked }) => isParked) && { "X-Read-Model-Parked": "true" }),
    ...(warning !== undefined && { Warning: warning }),
  };
}
