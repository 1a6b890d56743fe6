import type { EdgeContext, EdgeRoutes } from "@headwater/http";
import { type ServiceClient, Unavailable } from "@headwater/core";
import { partClient, requestFor } from "@headwater/gateway";

/** What one service contributes. */
type Part = {
  readonly name: "order" | "payment" | "reservations" | "shipment";
  readonly service: string;
  readonly path: string;
  /** Served when the service has nothing (yet). */
  readonly empty: null | readonly never[];
};

type Answer = {
  readonly data: unknown;
  readonly state: "ok" | "none" | "unavailable";
  readonly position?: number;
  /** The service lacks events that its read model cannot take. */
  readonly isParked?: boolean;
  readonly warning?: string;
  /** What the service said instead. */
  readonly problem?: { readonly status: number; readonly body: string; readonly code: string };
};

const parts: readonly Part[] = [
  { name: "order", service: "order", path: "/orders", empty: null },
  { name: "payment", service: "payment", path: "/api/payments/order", empty: null },
  {
    name: "reservations",
    service: "inventory",
    path: "/api/inventory/reservations/order",
    empty: [],
  },
  { name: "shipment", service: "shipping", path: "/api/shipments/order", empty: null },
];

/**
 * `GET /api/orders/:id` from four services at once: a part whose service fails or takes too long is marked, the rest is
 * served.
 * Without the order itself, or with a part that is behind the position that the client asked for, there is no answer.
 */
export function addOrderPage(app: EdgeRoutes, services: ServiceClient): void {
  const client = partClient(services);
  app.get("/api/orders/:id", async (c) => {
    const answers = await Promise.all(parts.map((part) => ask(c, { client, part })));
    const missing = answers.find((answer, index) =>
      (index === 0 && answer.state !== "ok") || answer.problem?.code === "read-model-behind"
    );
    if (missing) return refusal(missing);
    const positions = answers.map(({ position }) => position).filter((at) => at !== undefined);
    if (positions.length > 0) c.header("X-Position", String(Math.min(...positions)));
    if (answers.some(({ isParked }) => isParked)) c.header("X-Read-Model-Parked", "true");
    const warning = answers.find((answer) => answer.warning !== undefined)?.warning;
    if (warning !== undefined) c.header("Warning", warning);
    const page = new TextEncoder().encode(JSON.stringify({
      data: named(answers.map(({ data }) => data)),
      meta: {
        complete: answers.every(({ state }) => state !== "unavailable"),
        parts: named(answers.map(({ state }) => state)),
      },
    }));
    const length = String(page.byteLength);
    return c.body(page, 200, { "Content-Type": "application/json", "Content-Length": length });
  });
}

async function ask(
  c: EdgeContext,
  { client, part }: { readonly client: ServiceClient; readonly part: Part },
): Promise<Answer> {
  const { service, path, empty } = part;
  const id = encodeURIComponent(c.req.param("id") ?? "");
  try {
    const response = await client.call(
      service,
      await requestFor(c, { url: `http://${service}${path}/${id}` }),
    );
    const isParked = response.headers.has("X-Read-Model-Parked");
    if (response.ok) {
      const position = response.headers.get("X-Position");
      return {
        data: await response.json(),
        state: "ok",
        ...(position !== null && { position: Number(position) }),
        isParked,
        warning: response.headers.get("Warning") ?? undefined,
      };
    }
    const body = await response.text();
    const { code } = JSON.parse(body);
    const problem = { status: response.status, body, code };
    const state = response.status === 404 ? "none" : "unavailable";
    return { data: empty, state, problem, isParked };
  } catch (error) {
    if (part.name === "order" || isBehind(error)) throw error;
    return { data: empty, state: "unavailable" };
  }
}

/** A page must not show less than the client has seen already. */
function isBehind(error: unknown): boolean {
  return error instanceof Unavailable && error.code === "read-model-behind";
}

/** The service's own problem document; without one the order's part was thrown and is answered by the app. */
function refusal({ problem, isParked }: Answer): Response {
  return new Response(problem?.body, {
    status: problem?.status ?? 503,
    headers: {
      "Content-Type": "application/problem+json",
      ...(problem?.status === 503 && { "Retry-After": "1" }),
      ...(isParked && { "X-Read-Model-Parked": "true" }),
    },
  });
}

function named<Value>(values: readonly Value[]): Record<string, Value | undefined> {
  return Object.fromEntries(parts.map(({ name }, index) => [name, values[index]]));
}
