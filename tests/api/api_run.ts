import type { describe } from "@headwater/http";
import { within } from "@headwater/testing";
import { shipmentIdOf } from "@shop/shipping/contract";
import fc from "fast-check";
import { answerJudge, type ApiAnswer } from "./answer_judge.ts";
import { type ApiRequest, apiRequests } from "./api_requests.ts";
import { orderIds, skus } from "./api_shop.ts";
import { type DescribedOperation, describedOperations } from "./described_operations.ts";
import type { KnownWords } from "./schema_values.ts";

/** What was asked, and what was found. */
export type ApiRun = {
  readonly requests: number;
  /** By kind of request and status. */
  readonly answers: Readonly<Record<string, number>>;
  /** Operations that were answered with success at least once. */
  readonly succeeded: readonly string[];
  /** Those that never were. */
  readonly neverSucceeded: readonly string[];
  /** What was not as described, each kind of it once, with the request as a command line. */
  readonly faults: readonly string[];
};

const words: KnownWords = {
  orderId: orderIds,
  id: orderIds,
  sku: skus,
  customerId: ["ada", "bob", "cy"],
  paymentMethod: ["pm_ok", "pm_ok", "pm_declined"],
  "Idempotency-Key": Array.from({ length: 20 }, (_, number) => `key-${number}`),
  "If-Match": ['"0"', '"1"', '"2"', "*"],
  "X-Min-Position": ["0", "1", "40"],
  Prefer: ["wait=0", "wait=1", "stale-ok"],
  "X-Request-Timeout-Ms": ["2000", "10000"],
};

/** Asks for generated things, one after the other, and holds each answer against the description. */
export async function askApi(
  { document, url, seed, requests, signal }: {
    readonly document: describe.OpenApi;
    /** Origin of the gateway. */
    readonly url: string;
    readonly seed: number;
    readonly requests: number;
    readonly signal?: AbortSignal;
  },
): Promise<ApiRun> {
  // Health and numbers are no routes of the application
  const operations = describedOperations(document).filter(({ path }) => path.startsWith("/api/"));
  const judge = answerJudge(document);
  const asked = fc.sample(apiRequests(operations, wordsOf), { seed, numRuns: requests });
  const answers: Record<string, number> = {};
  const succeeded = new Set<string>();
  const faults = new Map<string, string>();
  for (const [number, generated] of asked.entries()) {
    const request = settled(generated, operations);
    signal?.throwIfAborted();
    const name = request.operation?.name ?? request.method;
    const answer = await within(`the answer to ${commandLine(url, request)}`, ask(url, request));
    const counted = `${request.kind} ${answer.status}`;
    answers[counted] = (answers[counted] ?? 0) + 1;
    if (answer.status >= 500) {
      const code = `${answer.status} ${/"code":"([^"]+)"/.exec(answer.text)?.[1]}`;
      answers[code] = (answers[code] ?? 0) + 1;
    }
    if (request.operation && answer.status < 400) succeeded.add(name);
    const fault = judge(request, answer);
    if (fault === undefined) continue;
    const title = `${name} ${answer.status}: ${fault}`;
    if (faults.has(title)) continue;
    faults.set(
      title,
      `request ${number} (${request.kind}), ${title}\n  ${commandLine(url, request)}\n  ${
        answer.text.slice(0, 600)
      }`,
    );
  }
  return {
    requests: asked.length,
    answers: Object.fromEntries(Object.entries(answers).toSorted()),
    succeeded: [...succeeded].toSorted(),
    neverSucceeded: operations.map(({ name }) => name).filter((name) => !succeeded.has(name)),
    faults: [...faults.values()],
  };
}

function wordsOf({ path }: DescribedOperation): KnownWords {
  return path.startsWith("/api/shipments/{id}")
    ? { ...words, id: orderIds.map((orderId) => shipmentIdOf(orderId)) }
    : words;
}

/** Clients resolve dots: it may be another operation than was meant, or none. */
function settled(request: ApiRequest, operations: readonly DescribedOperation[]): ApiRequest {
  const { pathname } = new URL(request.target, "http://shop");
  const fits = (path: string) =>
    new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`).test(pathname);
  if (request.operation && fits(request.operation.path)) return request;
  const [operation] = operations.filter(({ method, path }) =>
    method === request.method && fits(path)
  ).toSorted((one, other) => one.path.split("{").length - other.path.split("{").length);
  return { ...request, kind: "elsewhere", operation };
}

async function ask(
  url: string,
  { method, target, headers, body }: ApiRequest,
): Promise<ApiAnswer> {
  const answer = await fetch(`${url}${target}`, {
    method,
    headers,
    redirect: "manual",
    ...(body !== undefined && { body }),
  });
  const isStream = answer.headers.get("Content-Type")?.startsWith("text/event-stream") === true;
  return {
    status: answer.status,
    headers: answer.headers,
    text: isStream ? await beginningOf(answer) : await answer.text(),
  };
}

/** What comes first of a stream that does not end. */
async function beginningOf({ body }: Response): Promise<string> {
  const reader = body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}

/** The request as people send it again. */
function commandLine(url: string, { method, target, headers, body }: ApiRequest): string {
  const said = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const sent = typeof body === "string" ? body : body && `(bytes ${body.join(" ")})`;
  return [
    `curl -X ${method} ${quoted(url + target.slice(0, 300))}`,
    ...said,
    ...(sent === undefined ? [] : [`-d ${quoted(sent.slice(0, 1_000))}`]),
  ].join(" ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
