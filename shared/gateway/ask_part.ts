import { DeadlineExceeded, type time, Unavailable } from "@headwater/core";
import { BadAnswer, isEventStream, WholeAnswer } from "@headwater/resilience";
import { isForAll } from "./cache/cache_entry.ts";
import { fieldOf, type PagePart, usualPartMs } from "./page.ts";
import type { PartClient } from "./part_client.ts";
import type { StaleParts } from "./stale_parts.ts";
import { shortBody } from "./strangler/short_body.ts";

/** What became of a part. */
export type PartAnswer = {
  readonly part: PagePart;
  /** `none`: the service has nothing (yet); `stale`: it was so of late. */
  readonly status: "ok" | "none" | "timeout" | "open" | "error" | "stale";
  /** What stands in the page, as JSON. */
  readonly text: string;
  /** Why it is not as it should be. */
  readonly code?: string | undefined;
  /** Milliseconds that it took. */
  readonly ms: number;
  readonly ageMs?: number | undefined;
  /** Of its read model. */
  readonly position?: number | undefined;
  /** The service lacks events that its read model cannot take. */
  readonly isParked?: boolean;
  readonly warning?: string | undefined;
  /** The service's own problem document: what is wrong is the request. */
  readonly problem?: { readonly status: number; readonly text: string } | undefined;
  /** What else went wrong. */
  readonly error?: unknown;
};

/** What all parts of one page are asked with. */
export type PageRequest = {
  readonly client: PartClient;
  readonly clock: time.Clock;
  readonly stale: StaleParts;
  /** Milliseconds for which a part of a service may be shown once more; default: as usual. */
  readonly staleMsOf: ((service: string) => number) | undefined;
  /** Values of the page's parameters, as they stand in a path. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers: Headers;
  /** By the clock: then the parts have to be here. */
  readonly until: number;
  /** Milliseconds that the client gives a read model to reach `X-Min-Position`. */
  readonly waitMs: number;
  /** -1: whatever there is. */
  readonly minPosition: number;
  /** It is one client's own, by cookie, authorization or by who they are: nobody else may be shown it. */
  readonly isPersonal: boolean;
};

type Found = Omit<PartAnswer, "part" | "ms">;

/** Bytes; a page is for people. */
const mostBytes = 1024 * 1024;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Asks for one part, after those that it depends on. Never rejects. */
export async function askPart(
  part: PagePart,
  others: ReadonlyMap<string, Promise<PartAnswer>>,
  asked: PageRequest,
): Promise<PartAnswer> {
  const { clock } = asked;
  const needed = await answersNeeded(part, others);
  const begunAt = clock.now();
  return { part, ...await answerTo(part, needed, asked), ms: clock.now() - begunAt };
}

async function answerTo(
  part: PagePart,
  needed: ReadonlyMap<string, PartAnswer>,
  asked: PageRequest,
): Promise<Found> {
  const empty = [...needed.values()].find(({ status }) => status === "none");
  if (empty) {
    const { code, problem } = empty;
    return { status: "none", text: emptyText(part), code, problem };
  }
  let name: string | undefined;
  try {
    const { service } = part.from;
    const target = targetOf(part, { needed, parameters: asked.parameters });
    name = `${part.name} ${service} ${target}`;
    const { headers, client, clock, until, waitMs } = asked;
    const usualMs = (part.timeoutMs ?? usualPartMs) + waitMs;
    // It ends by the page's deadline, which it is part of: a signal to say so would cost as much as the request
    const request = new Request(`http://${service}${target}`);
    // Into its own, which costs half of what it takes to make a request of others
    headers.forEach((value, name) => request.headers.append(name, value));
    const ms = Math.min(usualMs, until - clock.now());
    const answer = await client.call(service, request, { usualMs, ms });
    return await read(answer, { part, name, asked });
  } catch (error) {
    // Where it could not even be asked for, the page is missing for what that one says which it needs
    const needs = name === undefined ? [...needed.values()] : [];
    const failed = needs.find(({ status }) => status !== "ok" && status !== "stale");
    const why = { error: failed?.error ?? error, problem: failed?.problem };
    return { ...failureOf(error), ...why, ...insteadOf(part, { name, asked }) };
  }
}

async function read(
  answer: Response,
  { part, name, asked }: {
    readonly part: PagePart;
    readonly name: string;
    readonly asked: PageRequest;
  },
): Promise<Found> {
  const { status, headers } = answer;
  const text = await jsonText(part, answer);
  const isParked = headers.has("X-Read-Model-Parked");
  if (answer.ok) {
    const at = headers.get("X-Position");
    const position = at === null ? undefined : Number(at);
    if (part.fallback === "stale" && !asked.isPersonal && isForAll(answer, [])) {
      asked.stale.keep(name, { text, position });
    }
    const warning = headers.get("Warning") ?? undefined;
    return { status: "ok", text, position, isParked, warning };
  }
  if (status < 400 || status >= 500) {
    throw new BadAnswer(`Cannot show part "${part.name}": it was answered with ${status}`, {
      code: "part-failed",
    });
  }
  // The service works, and has said what it thinks of the request: what it was of late is no answer to that
  asked.stale.forget(name);
  const said = { code: codeIn(text), isParked, problem: { status, text } };
  return status === 404
    ? { status: "none", text: emptyText(part), ...said }
    : { status: "error", text: "null", ...said };
}

/** As it will stand in the page: it has to be JSON, or the page would be none. */
async function jsonText(part: PagePart, answer: Response): Promise<string> {
  const what = `Cannot show part "${part.name}": its answer`;
  if (isEventStream(answer)) {
    // It has no end
    await answer.body?.cancel();
    throw new BadAnswer(`${what} is a stream of events`, { code: "answer-not-json" });
  }
  const body = wholeText(answer) ?? await shortBody(answer, mostBytes).catch((cause) => {
    throw new BadAnswer(`${what} broke off`, { code: "answer-broken", cause });
  });
  if (body === undefined) {
    throw new BadAnswer(`${what} has more than ${mostBytes} bytes`, { code: "answer-too-large" });
  }
  try {
    const text = typeof body === "string" ? body : utf8.decode(body);
    JSON.parse(text);
    return text;
  } catch (cause) {
    throw new BadAnswer(`${what} (${answer.status}) is no JSON`, {
      code: "answer-not-json",
      cause,
    });
  }
}

/** Of an answer that has come as text; what stands before JSON that is none is left to a decoder. */
function wholeText(answer: Response): string | undefined {
  const whole = answer instanceof WholeAnswer ? answer.whole : undefined;
  const isJson = typeof whole === "string" && whole.length <= mostBytes &&
    !whole.startsWith("\uFEFF");
  return isJson ? whole : undefined;
}

function codeIn(text: string): string {
  const { code } = Object(JSON.parse(text));
  return typeof code === "string" ? code : "part-failed";
}

function failureOf(
  error: unknown,
): { readonly status: "timeout" | "open" | "error"; readonly code: string } {
  if (error instanceof DeadlineExceeded) return { status: "timeout", code: "deadline-exceeded" };
  if (error instanceof Unavailable) {
    return { status: error.code === "circuit-open" ? "open" : "error", code: error.code };
  }
  return { status: "error", code: error instanceof BadAnswer ? error.code : "internal-error" };
}

/** What stands there when it cannot be had. `name`: undefined where it could not even be asked for. */
function insteadOf(
  { fallback = "none", from }: PagePart,
  { name, asked }: { readonly name: string | undefined; readonly asked: PageRequest },
): Pick<PartAnswer, "text" | "position" | "ageMs"> & { readonly status?: "stale" } {
  if (typeof fallback === "object") return { text: JSON.stringify(fallback.static) };
  const { stale, staleMsOf, minPosition, isPersonal } = asked;
  const mayBeStale = fallback === "stale" && name !== undefined && !isPersonal;
  const kept = mayBeStale ? stale.find(name, staleMsOf?.(from.service)) : undefined;
  // Not less than the client has seen already
  if (!kept || !((kept.answer.position ?? -1) >= minPosition)) return { text: "null" };
  return { status: "stale", ...kept.answer, ageMs: kept.ageMs };
}

function emptyText({ empty = null }: PagePart): string {
  return JSON.stringify(empty);
}

async function answersNeeded(
  { dependsOn = {} }: PagePart,
  others: ReadonlyMap<string, Promise<PartAnswer>>,
): Promise<ReadonlyMap<string, PartAnswer>> {
  const needed = new Map<string, PartAnswer>();
  for (const field of Object.values(dependsOn)) {
    const [name] = fieldOf(field);
    const answer = await others.get(name);
    if (answer) needed.set(name, answer);
  }
  return needed;
}

function targetOf(
  { name, from, dependsOn = {} }: PagePart,
  { needed, parameters }: {
    readonly needed: ReadonlyMap<string, PartAnswer>;
    readonly parameters: Readonly<Record<string, string>>;
  },
): string {
  const values: Record<string, string> = { ...parameters };
  for (const [parameter, field] of Object.entries(dependsOn)) {
    const [from, ...path] = fieldOf(field);
    const value = path.reduce<unknown>(
      (within, key) => Object(within)[key],
      JSON.parse(needed.get(from)?.text ?? "null"),
    );
    const segment = typeof value === "string" || typeof value === "number" ? String(value) : "";
    // Dots alone would lead to another path
    if (!/[^.]/.test(segment)) {
      throw new BadAnswer(`Cannot show part "${name}": there is no ${field}`, {
        code: "part-needed-missing",
      });
    }
    values[parameter] = encodeURIComponent(segment.toWellFormed());
  }
  return from.path.replace(/:(\w+)/g, (_, parameter) => values[parameter] ?? "");
}
