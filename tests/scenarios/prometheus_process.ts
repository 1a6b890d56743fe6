import { eventually, within } from "@headwater/testing";
import { z } from "zod";
import { freePort } from "../free_port.ts";
import type { Series } from "./dashboard_picture.ts";

/** A real Prometheus that reads an application as `infra/deploy/` has it, only more often. */
export type PrometheusProcess = AsyncDisposable & {
  /** Without what is no number. Errors: where it does not take the query. */
  range(
    expression: string,
    options: { readonly from: number; readonly to: number; readonly legend: string },
  ): Promise<readonly Series[]>;
};

const deploy = new URL("../../infra/deploy/", import.meta.url);
/** Seconds. */
const every = 2;

const answer = z.object({
  data: z.object({
    result: z.array(z.object({
      metric: z.record(z.string(), z.string()),
      values: z.array(z.tuple([z.number(), z.string()])),
    })),
  }),
});

/** Starts it for the application whose gateway is there. Errors: where it is not installed. */
export async function startPrometheus(gateway: string): Promise<PrometheusProcess> {
  await using starting = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "headwater-prometheus-" });
  starting.defer(() => Deno.remove(folder, { recursive: true }));
  const configuration = await Deno.readTextFile(new URL("prometheus.yaml", deploy));
  await Deno.writeTextFile(
    `${folder}/prometheus.yaml`,
    configuration.replace("http://127.0.0.1:8000", gateway).replaceAll(/\b15s\b/g, `${every}s`),
  );
  await Deno.copyFile(new URL("alerts.yaml", deploy), `${folder}/alerts.yaml`);
  const port = freePort();
  const child = new Deno.Command("prometheus", {
    args: [
      `--config.file=${folder}/prometheus.yaml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    ...{ stdin: "null", stdout: "null", stderr: "null" },
  }).spawn();
  starting.defer(async () => {
    child.kill("SIGTERM");
    await within("Prometheus to end", child.status);
  });
  const url = `http://127.0.0.1:${port}`;
  await eventually("Prometheus", async () => {
    const ready = await fetch(`${url}/-/ready`).catch(() => undefined);
    await ready?.body?.cancel();
    return ready?.ok === true;
  });
  const started = starting.move();
  return {
    async range(expression, { from, to, legend }) {
      const query = expression.replaceAll("$__rate_interval", `${5 * every}s`)
        .replaceAll("$service", ".*");
      const asked = new URLSearchParams({
        ...{ query, start: String(from), end: String(to), step: String(every) },
      });
      const response = await fetch(`${url}/api/v1/query_range?${asked}`);
      const text = await response.text();
      if (!response.ok) throw new Error(`Cannot evaluate ${query}: ${text}`);
      return answer.parse(JSON.parse(text)).data.result.map(({ metric, values }) => ({
        name: legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label) => metric[label] ?? ""),
        points: values.map(([at, value]) => [at, Number(value)] as const)
          .filter(([, value]) => Number.isFinite(value)),
      })).filter(({ points }) => points.length > 0);
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}
