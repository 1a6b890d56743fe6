import { machine, type Service, silentLog, type time } from "@headwater/core";
import { type Admission, type EdgeRoutes, toService } from "@headwater/http";
import { Hono } from "hono";
import { publicAnswers } from "../public_answers.ts";
import type { Side } from "../strangler/side_of.ts";
import { type SideTarget, strangle, type StrangleOptions } from "../strangler/strangle.ts";
import type { Strangles } from "../strangler/strangles.ts";
import type { StranglerDouble } from "./strangler_double.ts";

/** What reached a side. */
export type Reached = {
  readonly side: Side;
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  /** Asked again, to compare. */
  readonly isShadow: boolean;
};

/** How a side answers; default: 200 with its name. */
export type Answering = (reached: Reached) => Promise<Response> | Response;

/** One gateway process with `/api/things` and `/api/things/:sku`, which are strangled. */
export type StrangledThings = {
  readonly reached: readonly Reached[];
  readonly gateway: Service;
  ask(
    method: string,
    path: string,
    options?: { readonly headers?: HeadersInit; readonly body?: unknown },
  ): Promise<Response>;
  /** Which side has answered; null: none. */
  sideOf(path: string, headers?: HeadersInit): Promise<string | null>;
};

/** The table's words for things: by SKU, of the path, of the body, or of the answer. */
export const things: Strangles = {
  name: "things",
  entity: ["param:sku", "body:sku", "answer:sku"],
};

/** Opens a gateway process in front of two sides. */
export function strangledThings(
  double: StranglerDouble,
  { strangles = things, answering = {}, admitOperators = () => {}, clock, ...given }:
    & Partial<Pick<StrangleOptions, "logger" | "store" | "client" | "random">>
    & {
      readonly strangles?: Strangles;
      readonly answering?: Partial<Record<Side, Answering>>;
      readonly admitOperators?: Admission;
      readonly clock?: time.Clock;
    } = {},
): StrangledThings {
  const reached: Reached[] = [];
  const { answer } = strangle({
    client: double.client,
    store: machine.memoryStore(),
    logger: silentLog,
    ...given,
    names: () => [strangles.name],
    admitOperators,
    ...(clock && { clock }),
  });

  function target(side: Side): SideTarget {
    return {
      async answer(c, { body, shadow } = {}) {
        const bytes = body ?? (c.req.method === "GET" ? undefined : await c.req.arrayBuffer());
        const one = {
          side,
          method: c.req.method,
          path: new URL(c.req.url).pathname,
          body: bytes && new TextDecoder().decode(bytes),
          isShadow: shadow !== undefined,
        };
        reached.push(one);
        return await answering[side]?.(one) ?? Response.json({ from: side });
      },
    };
  }

  const app: EdgeRoutes = new Hono();
  const route = { strangles, legacy: target("legacy"), service: target("new") };
  const routes = ["/api/things", "/api/things/:sku"].flatMap((path) =>
    ["GET", "POST", "PUT"].map((method) => ({
      ...{ method, path, service: "things", declared: { priority: "normal" } } as const,
    }))
  );
  const open = publicAnswers({ pages: [], routes }, () => (c) => answer(c, route));
  app.use((c, next) => {
    open.find(c);
    return open.answer(c) ?? next();
  });
  const gateway = toService(app, {
    service: "gateway",
    logger: silentLog,
    newId: () => crypto.randomUUID(),
  });

  function ask(
    method: string,
    path: string,
    { headers, body }: { readonly headers?: HeadersInit; readonly body?: unknown } = {},
  ): Promise<Response> {
    return gateway(
      new Request(`http://gateway${path}`, {
        method,
        headers: {
          ...(body !== undefined && { "Content-Type": "application/json" }),
          ...Object.fromEntries(new Headers(headers)),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
  }
  return {
    reached,
    gateway,
    ask,
    async sideOf(path, headers) {
      return (await ask("GET", path, { ...(headers && { headers }) })).headers.get("X-Served-By");
    },
  };
}
