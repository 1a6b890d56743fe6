import type { Service } from "@headwater/core";
import { edge, type EdgeRoutes, toService } from "@headwater/http";
import { manualClock } from "@headwater/testing";
import { Hono } from "hono";
import type { calls } from "@headwater/resilience";
import { page, type PagePart } from "../page.ts";
import { pageAnswers } from "../page_routes.ts";
import { publicAnswers } from "../public_answers.ts";

export const order: PagePart = {
  name: "order",
  from: { service: "order", path: "/orders/:id" },
  required: true,
};
export const payment: PagePart = {
  name: "payment",
  from: { service: "payment", path: "/payments/:id" },
};

type Answers = Record<string, Service>;

export function json(value: unknown, init?: ResponseInit): Service {
  return () => Promise.resolve(Response.json(value, init));
}
export function fails(error: unknown): Service {
  return () => Promise.reject(error);
}

export const silence: Service = () => new Promise(() => {});

/** A gateway of one page, and services that answer as they are told to. */
export function pageTestBed(
  parts: readonly PagePart[] = [order, payment],
  { path = "/api/orders/:id", identify = () => undefined, settingsOf }: {
    readonly path?: string;
    /** Default: nobody is known. */
    identify?(request: Request): edge.Identity | undefined;
    readonly settingsOf?: calls.SettingsOf;
  } = {},
) {
  const clock = manualClock();
  const requests: Request[] = [];
  const logged: string[] = [];
  const answers: Answers = { order: json({ customer: "c1" }), payment: json({ paid: 1 }) };
  const app: EdgeRoutes = new Hono();
  app.use(async (c, next) => {
    const identity = identify(c.req.raw);
    if (identity) edge.noteIdentity(c, identity);
    await next();
  });
  const answerOf = pageAnswers({
    client: {
      call(service, request) {
        requests.push(request);
        return answers[service]!(request);
      },
    },
    logger: { debug() {}, info() {}, warn: (message) => logged.push(message), error() {} },
    ...{ clock, settingsOf },
  });
  const pages = publicAnswers(
    { pages: [page({ path, parts })], routes: [] },
    (_, page) => answerOf(page!),
  );
  app.use((c, next) => {
    pages.find(c);
    return pages.answer(c) ?? next();
  });
  const gateway = toService(app, {
    service: "gateway",
    logger: { debug() {}, info() {}, warn() {}, error: (message) => logged.push(message) },
    newId: () => "1",
  });
  async function ask(headers: Record<string, string> = {}, search = "") {
    const asked = new Request(`http://gateway/api/orders/7${search}`, { headers });
    const answer = await gateway(asked);
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text && JSON.parse(text) };
  }
  return { clock, requests, logged, answers, ask };
}
