import { DeadlineExceeded, time, Unavailable } from "@headwater/core";
import { withDeadline } from "@headwater/resilience";
import { manualClock } from "@headwater/testing";
import assert from "node:assert/strict";
import type { Upstream } from "./route_table.ts";
import { createUpstreamClient } from "./upstream_client.ts";

const upstream: Upstream = {
  ...{ name: "legacy", url: "http://legacy", timeoutMs: 2_000 },
  ...{ running: 50, waiting: 50, openMs: 5_000, slowMs: false },
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
            ...{ timeoutMs: upstream.timeoutMs, isUpload: false },
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

/** Twenty requests, each of which is answered after so long. */
async function stateAfter(
  { tookMs, timeoutMs = upstream.timeoutMs, isUpload = false, slowMs = 1_000 }: {
    readonly tookMs: number;
    readonly timeoutMs?: number;
    readonly isUpload?: boolean;
    readonly slowMs?: number | false;
  },
): Promise<string> {
  const clock = manualClock();
  const client = createUpstreamClient({ ...upstream, slowMs }, {
    clock,
    async send() {
      await time.pause(tookMs, { clock });
      return new Response("at last");
    },
  });
  const calls = Array.from({ length: 20 }, () =>
    client.call(new Request("http://legacy/x"), {
      ...{ timeoutMs, isUpload, explain: (error: unknown) => error },
    }));
  await clock.advance(tookMs);
  await Promise.all(calls);
  return client.state();
}

Deno.test("an upstream that has become slow is left alone, where that is asked for", async () => {
  assert.equal(await stateAfter({ tookMs: 1_000 }), "closed");
  assert.equal(await stateAfter({ tookMs: 1_001 }), "open");
  assert.equal(await stateAfter({ tookMs: 1_900, slowMs: false }), "closed");
  assert.equal(await stateAfter({ tookMs: 501, slowMs: 500 }), "open");
});

Deno.test("a route that may take longer is no slower by that, nor is one whose client takes its time", async () => {
  assert.equal(await stateAfter({ tookMs: 5_000, timeoutMs: 60_000 }), "closed");
  assert.equal(await stateAfter({ tookMs: 59_500, timeoutMs: 60_000 }), "open");
  assert.equal(await stateAfter({ tookMs: 1_900, isUpload: true }), "closed");
});

Deno.test("a probe that may take longer is waited for", async () => {
  const clock = manualClock();
  let isAway = true;
  const client = createUpstreamClient(upstream, {
    clock,
    async send() {
      if (isAway) throw new Unavailable("away");
      await time.pause(10_000, { clock });
      return new Response("the report");
    },
  });
  const ask = async () =>
    await client.call(new Request("http://legacy/report"), {
      ...{ timeoutMs: 60_000, isUpload: false, explain: (error: unknown) => error },
    });
  for (let times = 0; times < 20; times++) await assert.rejects(ask(), Unavailable);
  assert.equal(client.state(), "open");
  isAway = false;
  await clock.advance(6_000);
  const probes = Array.from({ length: 5 }, ask);
  await clock.advance(5_000);
  await assert.rejects(ask(), Unavailable);
  assert.equal(client.state(), "half-open");
  await clock.advance(5_000);
  await Promise.all(probes);
  assert.equal(client.state(), "closed");
});
