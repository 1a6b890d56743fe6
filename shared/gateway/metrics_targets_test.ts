import assert from "node:assert/strict";
import { openGateway } from "./testing/open_gateway.ts";

function asked(): Request {
  return new Request("http://shop.example/ops/metrics/targets");
}

Deno.test("operators are told where the numbers of all processes are", async () => {
  const { gateway } = openGateway(() => Promise.resolve(new Response()), {
    serviceUrls: new Map([["order", "http://127.0.0.1:8101"], ["payment", "https://pay.example"]]),
  });
  const at = (process: string, scheme = "http") => ({
    ...{ process, __scheme__: scheme, __metrics_path__: "/metrics" },
  });
  assert.deepEqual(await (await gateway(asked())).json(), [
    { targets: ["shop.example"], labels: at("gateway") },
    { targets: ["127.0.0.1:8101"], labels: at("order") },
    { targets: ["pay.example"], labels: at("payment", "https") },
  ]);
});

Deno.test("where machines are is nothing for others", async () => {
  const { gateway } = openGateway(() => Promise.resolve(new Response()), {
    admitOperators() {
      throw new Error("Cannot answer: no operator");
    },
  });
  const answer = await gateway(asked());
  assert.equal(answer.status, 500);
  assert.doesNotMatch(await answer.text(), /targets/);
});
