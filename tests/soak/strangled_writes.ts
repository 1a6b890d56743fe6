import { silentLog, time } from "@headwater/core";
import { serve } from "@headwater/host";
import { randomOf } from "@headwater/testing";
import { makeDataPlace } from "../faults/data_place.ts";
import { seedsToTry } from "../faults/fault_seed.ts";
import { startDev } from "../faults/dev_process.ts";
import { until } from "./until.ts";

const help = `deno task soak strangler [SECONDS]

Lists products through a gateway that sends some to a system from before and some to the catalog, while the share changes
and the gateway and the strangler are killed (default: 120 seconds). Nothing may be on both sides, nor be lost.
`;

const route = "catalog";
const headers = { "Content-Type": "application/json" };
const writers = 4;
const [changesEveryMs, killsEveryMs, triesEveryMs] = [1_500, 10_000, 100];

/** What a client was told when it had asked often enough. */
type Listed = { readonly sku: string; readonly side: string | null };

/** `deno task soak strangler`. Resolves with the exit code: 0 it holds, 1 it does not, 2 not understood. */
export async function soakStrangler(
  [seconds = "120", ...others]: readonly string[],
): Promise<number> {
  if (seconds === "--help" || !/^[1-9]\d*$/.test(seconds) || others.length > 0) {
    print(help);
    return seconds === "--help" ? 0 : 2;
  }
  const [seed = 0] = seedsToTry(1);
  const random = randomOf(seed);
  await using place = await makeDataPlace();
  await using legacy = openLegacy();
  const routesFile = `${place.directory}-routes.json`;
  await Deno.writeTextFile(routesFile, JSON.stringify(tableOf(legacy.url)));
  await using dev = startDev(place.directory, {
    args: ["--split"],
    env: { ROUTES_FILE: routesFile },
  });
  const { pid, url } = await dev.ready();
  const ask = (path: string, init: RequestInit = {}) => askAt(url, path, init);
  await until("the route to be declared", async () => {
    await ask("/api/products/none");
    return (await ask("/ops/routes/report?route=catalog")).status === 200;
  });

  const listed: Listed[] = [];
  const kills = { gateway: 0, strangler: 0 };
  let number = 0;
  let tries = 0;
  const endsAt = performance.now() + Number(seconds) * 1_000;
  const goesOn = () => performance.now() < endsAt;

  /** Sends it again until it has an answer, as a client does. */
  async function write(): Promise<void> {
    while (goesOn()) {
      const sku = `SKU${number++}`;
      const body = JSON.stringify({ sku, name: `Thing ${sku}`, price: 100, currency: "EUR" });
      const init = { method: "POST", headers: { ...headers, "Idempotency-Key": sku }, body };
      const { side } = await until(`"${sku}" to be listed`, async () => {
        tries++;
        const answer = await ask("/api/products", init);
        if (answer.status >= 200 && answer.status < 300) return answer;
        await time.pause(triesEveryMs);
        return undefined;
      });
      listed.push({ sku, side });
    }
  }
  async function decide(): Promise<void> {
    for (; goesOn(); await time.pause(changesEveryMs)) {
      const share = [0, 30, 50, 70, 100][Math.floor(random() * 5)];
      const body = JSON.stringify({ route, share, reason: "to see what comes of it" });
      await ask("/ops/routes/set", { method: "POST", headers, body });
    }
  }
  async function kill(): Promise<void> {
    for (; goesOn(); await time.pause(killsEveryMs)) {
      const victim = random() < 0.5 ? "gateway" : "strangler";
      const found = await childNamed(pid, victim);
      if (found === undefined) continue;
      Deno.kill(found, "SIGKILL");
      kills[victim]++;
    }
  }
  await Promise.all([...Array.from({ length: writers }, write), decide(), kill()]);

  await until("the gateway", async () => (await ask("/health/live")).status === 200);
  const lost: string[] = [];
  const twice: string[] = [];
  for (const { sku, side } of listed) {
    const found = await until(`"${sku}" to be told`, async () => {
      const answer = await ask(`/api/products/${sku}`);
      return answer.status > 0 && answer.status < 500 && answer;
    });
    if (found.status !== 200 || found.side !== side) lost.push(sku);
  }
  for (const sku of legacy.skus) {
    const there = await until(`"${sku}" on the new side`, async () => {
      const answer = await ask(`/api/products/${sku}`, { headers: { "X-Route": "new" } });
      return answer.status > 0 && answer.status < 500 && answer;
    });
    if (there.status === 200) twice.push(sku);
  }
  const old = listed.filter(({ side }) => side === "legacy").length;
  print(`HEADWATER_SEED=${seed}: ${listed.length} products, ${old} of them on the legacy side; `);
  print(`${tries} tries, ${kills.gateway} × gateway and ${kills.strangler} × strangler killed\n`);
  print(`on both sides: ${twice.join(" ") || "none"}; lost: ${lost.join(" ") || "none"}\n`);
  await dev.stop();
  return lost.length + twice.length === 0 && old > 0 && old < listed.length ? 0 : 1;
}

function tableOf(url: string) {
  const strangled = { upstream: "legacy" };
  return {
    upstreams: { legacy: { url } },
    routes: [
      {
        ...{ method: "POST", path: "/api/products", ...strangled },
        strangles: { name: route, entity: ["body:sku"] },
      },
      {
        ...{ method: "GET", path: "/api/products/:sku", ...strangled },
        strangles: { name: route, entity: ["param:sku"] },
      },
    ],
  };
}

/** The system from before, in memory: it takes what it is given, twice if need be. */
function openLegacy(): AsyncDisposable & {
  readonly url: string;
  readonly skus: ReadonlySet<string>;
} {
  const skus = new Set<string>();
  const server = serve(async (request) => {
    if (request.method === "POST") {
      const { sku } = await request.json();
      skus.add(sku);
      return Response.json({ sku }, { status: 201 });
    }
    const sku = new URL(request.url).pathname.split("/").at(-1) ?? "";
    return Response.json({ sku }, { status: skus.has(sku) ? 200 : 404 });
  }, { host: "127.0.0.1", port: 0, lingerMs: 0, logger: silentLog });
  return { url: server.url, skus, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Status 0: nobody has answered. */
async function askAt(
  url: string,
  path: string,
  init: RequestInit,
): Promise<{ readonly status: number; readonly side: string | null }> {
  try {
    const answer = await fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(8_000) });
    await answer.body?.cancel();
    return { status: answer.status, side: answer.headers.get("X-Served-By") };
  } catch {
    return { status: 0, side: null };
  }
}

/** Undefined: it is just being started again. */
async function childNamed(parent: number, name: string): Promise<number | undefined> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eww", "-o", "pid=,ppid=,args="] })
    .output();
  const found = new TextDecoder().decode(stdout).split("\n")
    .map((line) => line.trim().split(/\s+/))
    .find(([, of, ...words]) => Number(of) === parent && words.includes(name));
  return found && Number(found[0]);
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
