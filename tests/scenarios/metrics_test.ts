import { silentLog } from "@headwater/core";
import { databasesOn } from "@headwater/host";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { eventually } from "@headwater/testing";
import { shop as application } from "@shop/app";
import { startShop } from "@shop/demo";
import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import { faultsOf, shownMetrics, type WatchedQuery } from "./watched_metrics.ts";

const deploy = new URL("../../infra/deploy/", import.meta.url);
const dashboardSchema = z.object({
  panels: z.array(z.object({
    title: z.string(),
    targets: z.array(z.object({ expr: z.string() })).default([]),
  })),
});

async function dashboardQueries(): Promise<readonly WatchedQuery[]> {
  const text = await Deno.readTextFile(new URL("dashboard.json", deploy));
  return dashboardSchema.parse(JSON.parse(text)).panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({ where: `"${title}"`, expression: expr }))
  );
}

/** In the few forms that our file has: `expr` and what it says, on its line or indented below. */
async function alertQueries(): Promise<readonly WatchedQuery[]> {
  const text = await Deno.readTextFile(new URL("alerts.yaml", deploy));
  return text.split(/^ {6}- alert: /m).slice(1).map((rule) => {
    const [name = ""] = rule.split("\n");
    const [, inLine = "", below = ""] = rule.match(/^ {8}expr: (.*)\n((?: {10,}.*\n)*)/m) ?? [];
    return { where: `alert ${name}`, expression: `${inLine.replace(/^\|$/, "")}\n${below}`.trim() };
  });
}

Deno.test("each metric that the dashboard and the alerts name is on the shop's page", async () => {
  const watched = [...await dashboardQueries(), ...await alertQueries()];
  assert.ok(watched.length > 50, `${watched.length} queries`);
  assert.deepEqual(watched.filter(({ expression }) => expression === ""), []);
  await using postgres = await startThrowAwayPostgres();
  const directory = await Deno.makeTempDir({ prefix: "headwater-metrics-" });
  try {
    const routesFile = join(directory, "routes.json");
    await Deno.writeTextFile(routesFile, JSON.stringify({ upstreams: {}, routes: [] }));
    await using shop = await startShop(application, {
      directory,
      database: databasesOn(postgres.url, { prefix: "metrics", logger: silentLog }),
      ...{ name: "metrics", routesFile, logger: silentLog },
    });
    const { client, url } = shop;
    await client.receive("TEA", { quantity: 10 });
    await client.place({ orderId: "o1", lines: [{ sku: "TEA", quantity: 1, unitPrice: 450 }] });
    await eventually("the order's page", async () => {
      const { body } = await client.query("/api/orders/o1");
      return body.data?.order.status === "confirmed";
    });
    const feed = await fetch(`${url}/api/orders/o1/events`);
    const answer = await fetch(`${url}/metrics`);
    const page = await answer.text();
    await feed.body?.cancel();
    assert.equal(answer.status, 200);
    const shown = shownMetrics([page]);
    assert.deepEqual(watched.flatMap((query) => faultsOf(query, shown)), []);
    assert.doesNotMatch(page, /headwater_metrics_unread{/);
    assert.match(page, /headwater_projection_events_total{.*projection="orders"} 2\n/);
    assert.match(page, /headwater_saga_instances{saga="fulfilment",state="stuck"} 0\n/);
    assert.match(page, /headwater_feeds_open{service="timeline",view="order-timelines"} 1\n/);
    assert.match(
      page,
      /headwater_health_check{service="order",check="postgres",status="pass"} 1\n/,
    );
    // They would be renamed, and what they tell apart be one
    assert.deepEqual(
      [...shown].filter(([, { labels }]) =>
        ["instance", "job", "process"].some((added) => labels?.has(added))
      ).map(([name]) => name),
      [],
    );
    const names = [...shown.keys()];
    assert.ok(names.length > 30, names.join());
    assert.ok(names.every((name) => /^(headwater|process)_/.test(name)), names.join());
    const targets = await (await fetch(`${url}/ops/metrics/targets`)).json();
    assert.deepEqual(targets, [{
      targets: [new URL(url).host],
      labels: { process: "shop", __scheme__: "http", __metrics_path__: "/metrics" },
    }]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a metric that nobody shows, or a label that it does not have, is found", () => {
  const shown = shownMetrics([
    '# TYPE headwater_a_total counter\nheadwater_a_total{x="1"} 2\n',
    '# TYPE headwater_b_seconds histogram\nheadwater_b_seconds_count{y="1"} 2\n',
  ]);
  const faults = (expression: string) => faultsOf({ where: "it", expression }, shown);
  assert.deepEqual(faults('sum by (x) (rate(headwater_a_total{x=~"1|2"}[5m]))'), []);
  assert.deepEqual(
    faults("histogram_quantile(1, sum by (le, y) (headwater_b_seconds_bucket))"),
    [],
  );
  assert.deepEqual(faults('headwater_a_total{y="1"}'), ["it: headwater_a_total has no label y"]);
  assert.deepEqual(faults("sum by (z) (headwater_a_total)"), ["it: nothing in it has a label z"]);
  assert.deepEqual(faults("headwater_c"), ["it: nobody shows headwater_c"]);
  assert.deepEqual(faults("headwater_b_seconds"), ["it: nobody shows headwater_b_seconds"]);
});

const promtool = await isThere("promtool");

Deno.test({
  name: "Prometheus takes its configuration, the alerts, and every query of the dashboard",
  ignore: !promtool,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "headwater-promtool-" });
    try {
      const rules = (await dashboardQueries()).map(({ expression }, index) => ({
        record: `dashboard:query:${index}`,
        expr: expression.replaceAll("$__rate_interval", "1m").replaceAll("$service", ".*"),
      }));
      const file = join(folder, "dashboard.json");
      await Deno.writeTextFile(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
      for (
        const args of [
          ["check", "config", new URL("prometheus.yaml", deploy).pathname],
          ["check", "rules", file],
        ]
      ) {
        const { success, stdout, stderr } = await new Deno.Command("promtool", { args }).output();
        const said = new TextDecoder().decode(new Uint8Array([...stdout, ...stderr]));
        assert.ok(success, said);
        assert.match(said, /SUCCESS/);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function isThere(command: string): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(command, { args: ["--version"], stdout: "null" })
      .output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
