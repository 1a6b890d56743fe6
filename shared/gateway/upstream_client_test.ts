import { DeadlineExceeded } from "@headwater/core";
import { withDeadline } from "@headwater/resilience";
import { manualClock } from "@headwater/testing";
import assert from "node:assert/strict";
import type { Upstream } from "./route_table.ts";
import { createUpstreamClient } from "./upstream_client.ts";

const upstream: Upstream = {
  ...{ name: "legacy", url: "http://legacy", timeoutMs: 2_000 },
  ...{ running: 50, waiting: 50, openMs: 5_000 },
};

function setUp() {
  const clock = manualClock();
  const client = createUpstreamClient(upstream, { clock, send: () => new Promise(() => {}) });
  /** By clients that wait for so long. */
  async function askInVain({ ms }: { readonly ms: number }): Promise<void> {
    const calls = Array.from({ length: 30 }, () =>
      assert.rejects(
        withDeadline((signal) =>
          client.call(new Request("http://legacy/x", { signal }), {
            timeoutMs: upstream.timeoutMs,
            explain: (error) => error,
          }), { ms, what: "Cannot answer the request", clock }),
        DeadlineExceeded,
      ));
    await clock.advance(ms);
    await Promise.all(calls);
  }
  return { client, askInVain };
}

Deno.test("clients that wait less than an upstream may take open no circuit for all", async () => {
  const { client, askInVain } = setUp();
  await askInVain({ ms: 50 });
  assert.equal(client.state(), "closed");
  assert.equal(client.describe().running, 0);
});

Deno.test("an upstream that is silent for as long as it may take is left alone", async () => {
  const { client, askInVain } = setUp();
  await askInVain({ ms: 2_500 });
  assert.equal(client.state(), "open");
});
