import { shop } from "@shop/app";
import { environmentVariables } from "@headwater/host";
import { fileURLToPath } from "node:url";
import { cpuTime } from "./cpu_time.ts";
import { startConversing } from "./conversing_process.ts";
import { freePort } from "../free_port.ts";
import type { Load, LoadAnswer } from "./http_load.ts";
import { startNginx } from "./nginx_proxy.ts";

/** Who can be asked the same: by name, `upstream` without anything between. */
export type Contender = "headwater" | "twin" | "nginx" | "upstream";

/** Processes of their own before the same upstream, and one that asks them. */
export type GatewayScene = AsyncDisposable & {
  /** Who is not there is not installed. */
  readonly contenders: ReadonlySet<Contender>;
  urlOf(contender: Contender): string;
  /** Has them asked; with what a contender took of the processors meanwhile. */
  load(load: Load, contender: Contender): Promise<LoadAnswer & { readonly cpuMs: number }>;
};

const folder = fileURLToPath(new URL("./", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));
/** As those of a split application: the twin shall have no less. */
const engineFlags = "--v8-flags=--always-sparkplug";
const longestStartMs = 30_000;

/** Routes that an upstream and a service both have, and what is asked of them. */
export const strangledPaths = {
  shadowed: {
    name: "shadowed",
    route: "/api/payments/order/:id",
    path: "/api/payments/order/4711",
  },
  unshadowed: {
    name: "unshadowed",
    route: "/api/inventory/reservations/order/:id",
    path: "/api/inventory/reservations/order/4711",
  },
} as const;

/**
 * Our gateway is the shop's, as it runs when every service has a process of its own, all of them being the same upstream.
 * Whoever is between has a core to itself, as far as nobody else on the machine wants it: no more than that is compared.
 */
export async function startGatewayScene(): Promise<GatewayScene> {
  await using starting = new AsyncDisposableStack();
  const [core, coreOfOthers] = await cores();
  const upstream = starting.use(startConversing({
    args: ["--allow-net=127.0.0.1", `${folder}gateway_upstream.ts`],
    core: coreOfOthers,
  }));
  const upstreamUrl = await upstream.heard() as string;
  const twin = starting.use(startConversing({
    args: [engineFlags, "--allow-net=127.0.0.1", `${folder}gateway_twin.ts`, upstreamUrl],
    core,
  }));
  const routesFolder = await Deno.makeTempDir({ prefix: "headwater-bench-" });
  starting.defer(() => Deno.remove(routesFolder, { recursive: true }));
  const routes = `${routesFolder}/routes.json`;
  await Deno.writeTextFile(routes, JSON.stringify(routeTable(upstreamUrl)));
  const ours = starting.use(startOurs(upstreamUrl, { core, routes }));
  const nginx = await startNginx(upstreamUrl, { core });
  if (nginx) starting.use(nginx);
  const load = starting.use(startConversing({
    args: ["--allow-net=127.0.0.1", `${folder}http_load.ts`],
    core: coreOfOthers,
  }));
  const contenders = new Map<Contender, { readonly pid: number; readonly url: string }>([
    ["headwater", ours],
    ["twin", { pid: twin.pid, url: await twin.heard() as string }],
    ...nginx ? [["nginx", nginx] as const] : [],
    ["upstream", { pid: upstream.pid, url: upstreamUrl }],
  ]);
  for (const { url } of contenders.values()) await answering(url);
  const started = starting.move();
  return {
    contenders: new Set(contenders.keys()),
    urlOf: (contender) => contenders.get(contender)!.url,
    async load(asked, contender) {
      const { pid } = contenders.get(contender)!;
      const before = await cpuTime(pid);
      await load.say(asked);
      const answer = await load.heard() as LoadAnswer;
      return { ...answer, cpuMs: (await cpuTime(pid)).own - before.own };
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** Two routes of services that a system of before has, too. */
function routeTable(url: string) {
  return {
    upstreams: { legacy: { url } },
    routes: [strangledPaths.shadowed, strangledPaths.unshadowed].map(({ name, route: path }) => ({
      ...{ method: "GET", path, upstream: "legacy", strangles: { name } },
    })),
  };
}

function startOurs(
  upstream: string,
  { core, routes }: { readonly core: number | undefined; readonly routes: string },
) {
  const port = freePort();
  const process = startConversing({
    args: [
      engineFlags,
      "--allow-net=127.0.0.1",
      "--allow-env",
      `--allow-read=${routes}`,
      `${root}services/main.ts`,
      ...["gateway", "--port", String(port), "--log-level", "error", "--supervised"],
    ],
    env: {
      // Whatever is set for something else
      ...Object.fromEntries(environmentVariables(shop).map((name) => [name, ""])),
      SERVICE_URLS: shop.services.map(({ name }) => `${name}=${upstream}`).join(","),
      SERVICE_SECRET: crypto.randomUUID(),
      ROUTES_FILE: routes,
    },
    core,
  });
  return { ...process, url: `http://127.0.0.1:${port}` };
}

/** One for whoever is between, another one for all others; undefined where they cannot be had. */
async function cores(): Promise<readonly [number | undefined, number | undefined]> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", "command -v taskset"],
    stdout: "null",
  }).output();
  return success && navigator.hardwareConcurrency > 1 ? [0, 1] : [undefined, undefined];
}

async function answering(url: string): Promise<void> {
  const signal = AbortSignal.timeout(longestStartMs);
  for (;;) {
    try {
      const answer = await fetch(`${url}/api/inventory/items/SKU1`, { signal });
      await answer.body?.cancel();
      if (answer.ok) return;
    } catch (error) {
      if (signal.aborted) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
