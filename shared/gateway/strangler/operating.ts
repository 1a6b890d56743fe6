import type { ServiceClient } from "@headwater/core";
import { type Admission, edge, type EdgeContext, type EdgeRoutes } from "@headwater/http";
import { bodyLimit, readBytes } from "@headwater/resilience";

/** Of a request, what its act is told. */
const passedOn = ["Content-Type", "X-Actor"];

/**
 * `/ops/routes…`: operators' acts on strangled routes, which the service of that name does. What was changed is known
 * here before the answer is given.
 */
export function addOperating(
  app: EdgeRoutes,
  { client, admitOperators, onChanged }: {
    readonly client: ServiceClient;
    /** Whom to take for an operator. */
    readonly admitOperators: Admission;
    /** Something was changed; with the position of that, where it is known. */
    onChanged(position: number | undefined): Promise<void>;
  },
): void {
  async function answer(c: EdgeContext): Promise<Response> {
    const identity = await admitOperators(c.req.raw);
    const { method, raw } = c.req;
    const { pathname, search } = new URL(c.req.url);
    const headers = new Headers({ "X-Correlation-Id": c.var.correlationId });
    for (const name of passedOn) {
      const value = c.req.header(name);
      if (value !== undefined) headers.set(name, value);
    }
    if (identity) {
      headers.set(edge.identityHeader, edge.identityText(identity));
      headers.delete("X-Actor");
    }
    const body = method === "POST" ? await readBytes(raw, bodyLimit) : undefined;
    const answer = await client.call(
      "strangler",
      new Request(`http://strangler${pathname}${search}`, {
        method,
        headers,
        ...(body && { body }),
      }),
    );
    if (method === "GET" || !answer.ok) return answer;
    const value = await answer.json();
    await onChanged(typeof value?.position === "number" ? value.position : undefined);
    return c.json(value);
  }
  for (const path of ["/ops/routes", "/ops/routes/*"]) app.on(["GET", "POST"], path, answer);
}
