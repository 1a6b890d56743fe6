import { calls } from "@headwater/resilience";
import assert from "node:assert/strict";
import { callsOfAll, followRoutes, ownCalls } from "./operated_calls.ts";
import { operatorsRoutes } from "./operators_routes.ts";
import { service } from "./service.ts";
import { inProcessClient } from "./service_client/in_process.ts";
import { openInMemory } from "./testing/mod.ts";

const { signal } = new AbortController();
const isolation = { by: "ada", reason: null, since: "2026-11-28T06:00:00.000Z" };

/** A service whose process has a book of calls of its own. */
function aService(name: string) {
  const book = calls.callBook(name);
  const own = ownCalls(book, () => []);
  const routes = operatorsRoutes({
    calls: calls.callsActs.map((act) => ({
      ...act,
      run: (args, context) => act.run(args, { ...context, calls: own }),
    })),
  });
  const { get, post } = openInMemory(service({ name }), {
    operators: routes.route("/", followRoutes(book)),
  });
  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    return request.method === "GET"
      ? await get(pathname)
      : await post(pathname, await request.json());
  }
  return { book, answer };
}

Deno.test("a gateway keeps all processes from calling, and says who could not be told", async () => {
  const order = aService("order");
  const client = inProcessClient(
    new Map([
      ["order", order.answer],
      ["payment", () => Promise.reject(new Error("away"))],
      ["timeline", () => Promise.resolve(Response.json({ nonsense: true }, { status: 500 }))],
    ]),
  );
  const own = calls.callBook("gateway");
  const all = callsOfAll(ownCalls(own, () => ["shipping"]), {
    services: ["order", "payment", "timeline"],
    client,
  });
  assert.deepEqual(await all.isolate("shipping", { isolation, by: "ada", signal }), [
    "payment",
    "timeline",
  ]);
  assert.deepEqual(
    (await all.list(signal)).map(({ process, target, breaker, isolation }) =>
      [process, target, breaker, isolation?.by].join(" ")
    ),
    [
      "gateway shipping isolated ada",
      "order shipping isolated ada",
      "payment - unknown ",
      "timeline - unknown ",
    ],
  );
  await all.isolate("shipping", { isolation: undefined, by: "ada", signal });
  assert.deepEqual([own.list(), order.book.list()], [[], []]);
});
