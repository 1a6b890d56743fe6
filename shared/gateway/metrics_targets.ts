import type { Admission, EdgeRoutes } from "@headwater/http";

/**
 * `GET /ops/metrics/targets`: where Prometheus finds the numbers of all processes of the application, this one and those
 * of services that run elsewhere, as its
 * [HTTP service discovery](https://prometheus.io/docs/prometheus/latest/http_sd/) wants it. It names
 * machines, and is not for everybody.
 */
export function addMetricsTargets(
  app: EdgeRoutes,
  { application, serviceUrls, admit }: {
    readonly application: string;
    /** By service; those of this process are not in it. */
    readonly serviceUrls: ReadonlyMap<string, string>;
    /** Whom to tell. */
    readonly admit: Admission;
  },
): void {
  app.get("/ops/metrics/targets", async (c) => {
    await admit(c.req.raw);
    const own = { process: serviceUrls.size > 0 ? "gateway" : application, url: c.req.url };
    const others = Array.from(serviceUrls, ([process, url]) => ({ process, url }));
    return c.json(
      [own, ...others].map(({ process, url }) => {
        const { host, protocol } = new URL(url);
        return {
          targets: [host],
          labels: { process, __scheme__: protocol.replace(":", ""), __metrics_path__: "/metrics" },
        };
      }),
    );
  });
}
