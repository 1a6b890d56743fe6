import { type TraceCollector, traceCollector } from "@headwater/host/testing";
import assert from "node:assert/strict";
import { eventually, within } from "@headwater/testing";
import { shop } from "@shop/app";
import { root } from "../architecture/place.ts";
import { assertIsTold, isWhole, placeTraced, storyOf } from "../scenarios/order_trace.ts";
import { makeDataPlace } from "./data_place.ts";
import { startDev } from "./dev_process.ts";
import { callsOperator } from "./isolated_payment.ts";

const ignore = Deno.build.os === "windows";

/** Who is killed when; another one for each run, unless HEADWATER_SEED says which. */
const seed = Deno.env.get("HEADWATER_SEED") || String(Date.now() % 1_000_000);

const parts = ["eventstore", ...shop.services.map(({ name }) => name), "gateway"];

Deno.test({
  name: "a split shop each of whose processes is killed under load loses nothing",
  ignore,
  async fn() {
    const demo = new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "demo", "--split", "--kill-each", "--seed", seed, "--json"],
      cwd: root,
    }).output();
    const what = `the demo with HEADWATER_SEED=${seed} to end`;
    const { code, stdout, stderr } = await within(what, demo, { ms: 240_000 });
    const decoder = new TextDecoder();
    const said = `It happened with HEADWATER_SEED=${seed}\n${decoder.decode(stderr)}`;
    assert.equal(code, 0, said + decoder.decode(stdout));
    const { orders, invariants, killed } = JSON.parse(decoder.decode(stdout));
    assert.equal(orders, 40);
    assert.equal(invariants.length, 7);
    assert.deepEqual(killed.toSorted(), parts.toSorted());
  },
});

Deno.test({
  name:
    "a split shop is operated and traced through all of its processes, none of which is left after Ctrl-C or kill -9",
  ignore,
  async fn() {
    await using collector = traceCollector();
    await using place = await makeDataPlace();
    for (const end of ["Ctrl-C", "kill -9"]) {
      const env = end === "kill -9" ? collector.env : {};
      await using dev = startDev(place.directory, { args: ["--split"], env });
      const running = await dev.ready();
      const processes = dev.processes();
      if (end === "Ctrl-C") {
        await assertEachIsMeasured(running.url);
        await callsOperator({ ...place, ...running }).isolates();
        await using second = startDev(`${place.directory}-2`, {
          args: ["--split"],
          env: { PORT: new URL(running.url).port },
        });
        const { code, stdout, stderr } = await second.ended();
        assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
        const { host } = new URL(running.url);
        assert.equal(
          stderr,
          `Cannot listen on "${host}": another process has that port, say another with --port\n`,
        );
        await dev.stop();
      } else {
        // Every process was started again since then
        await callsOperator({ ...place, ...running }).releases();
        await assertOneTraceTellsAll(running.url, collector);
        await running.kill();
      }
      const { stderr } = await dev.ended();
      // Those that are left see each other go
      if (end === "Ctrl-C") assert.equal(stderr, "");
      assert.deepEqual([...processes.keys()], parts);
      const pids = [...processes.values()].map(String);
      await eventually("the processes to end", async () => {
        const left = await livingOf(pids);
        return left.length === 0;
      });
      await place.deserted();
    }
  },
});

/** An order's way through all of its processes, and nothing of who looks whether they are well. */
async function assertOneTraceTellsAll(url: string, collector: TraceCollector): Promise<void> {
  await placeTraced((request) => {
    const { pathname } = new URL(request.url);
    return fetch(new Request(`${url}${pathname}`, request));
  });
  const spans = await collector.until((spans) => isWhole(spans.map(storyOf)));
  assertIsTold(spans.map(storyOf));
  assert.deepEqual(spans.filter(({ name }) => name.includes("/health/ready")), []);
}

/** Prometheus finds the gateway and each service, and each shows its own numbers. */
async function assertEachIsMeasured(url: string): Promise<void> {
  const found = await (await fetch(`${url}/ops/metrics/targets`)).json();
  const { length } = shop.services;
  assert.equal(found.length, 1 + length);
  for (const { targets: [host], labels: { process } } of found) {
    const answer = await within(`the numbers of "${process}"`, fetch(`http://${host}/metrics`));
    const page = await answer.text();
    assert.equal(answer.status, 200, page);
    assert.ok(page.includes(`headwater_process_info{name="${process}",`), page);
    assert.ok(page.includes(`headwater_http_requests_running{service="${process}"} `), page);
    assert.equal(page.match(/^headwater_http_requests_running{/gm)?.length, 1, page);
  }
}

/** Without those that have ended and that nobody asked how. */
async function livingOf(pids: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,stat="] }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  return lines.map((line) => line.trim().split(/\s+/))
    .filter(([pid = "", state = ""]) => pids.includes(pid) && !state.startsWith("Z"))
    .map(([pid = ""]) => pid);
}
