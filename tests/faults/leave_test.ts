import assert from "node:assert/strict";
import { get } from "node:http";
import { type KeptAliveClients, keptAliveClients } from "@headwater/host/testing";
import { eventually, within } from "@headwater/testing";
import { ShopClient } from "@shop/judge";
import { makeDataPlace } from "./data_place.ts";
import { startDev } from "./dev_process.ts";

const json = "Content-Type: application/json\r\n";

/** Half of them receive stock, the others look at it. */
function customers(url: string): KeptAliveClients {
  return keptAliveClients({
    url,
    count: 24,
    pauseMs: 20,
    requestOf(number) {
      const path = "/api/inventory/items/TEA";
      return number % 2 === 0
        ? { line: `POST ${path}/receive`, headers: json, body: '{"quantity":1}' }
        : { line: `GET ${path}` };
    },
  });
}

for (const args of [[], ["--split"]]) {
  Deno.test({
    name: `${
      ["dev", ...args].join(" ")
    }, asked to end under load of 24 clients, answers all that they asked`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using place = await makeDataPlace();
      await using dev = startDev(place.directory, {
        args,
        env: { HOST_NAMES: "shop.example" },
      });
      const { url, pid } = await dev.ready();
      assert.deepEqual(
        await Promise.all([
          statusUnder("localhost", url),
          statusUnder("shop.example", url),
          statusUnder("evil.example", url),
        ]),
        [200, 200, 421],
      );
      const clients = [customers(url)];
      if (args.length > 0) {
        const service = await partOf(pid, "service payment");
        await takesTheSecretOnly(service.url);
        await warnsOfWhatHangs(url, service.pid);
        const requestOf = () => ({ line: "GET /health/ready" });
        const probing = { url: service.url, count: 24, requestOf, pauseMs: 20 };
        clients.push(keptAliveClients(probing));
      }
      await eventually(
        "answers",
        () => clients.every(({ fate }) => fate.served === 24 && fate.answered > 200),
      );

      await dev.stop("SIGTERM");
      for (const { refused } of clients) {
        const { unanswered, told } = await within("the clients to be refused", refused());
        assert.equal(unanswered, 0);
        assert.ok(told >= 24, `${told} connections were told`);
      }
      await place.deserted();
    },
  });
}

/** Of an answer to who calls it by another name, which `fetch` does not let one do. */
async function statusUnder(host: string, url: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  get(url, { agent: false, headers: { Host: host } }, (answer) => {
    answer.resume().on("end", () => resolve(answer.statusCode));
  }).on("error", reject);
  return await within(`an answer under "${host}"`, promise);
}

/** A process that `dev --split` has started, by its command, and where it listens. */
async function partOf(supervisor: number, command: string): Promise<{ pid: number; url: string }> {
  const args = ["-eww", "-o", "pid=,ppid=,args="];
  const { stdout } = await new Deno.Command("ps", { args }).output();
  const line = new RegExp(`^ *(\\d+) +${supervisor} .* ${command} --port (\\d+)`, "m");
  const [, pid, port] = line.exec(new TextDecoder().decode(stdout)) ?? [];
  assert.ok(pid && port, `"${command}" runs`);
  return { pid: Number(pid), url: `http://127.0.0.1:${port}` };
}

async function warnsOfWhatHangs(gateway: string, pid: number): Promise<void> {
  const client = new ShopClient({ shop: gateway });
  Deno.kill(pid, "SIGSTOP");
  try {
    await eventually("a warning", async () => {
      const { status, body } = await client.query("/health/ready");
      assert.equal(status, 200);
      return body.checks["service:payment"][0].output === "No answer within 1000 ms";
    });
    assert.equal((await client.place()).status, 202);
  } finally {
    Deno.kill(pid, "SIGCONT");
  }
}

async function takesTheSecretOnly(service: string): Promise<void> {
  for (
    const [path, init, status] of [
      ["/commands/PlaceOrder", { method: "POST" }, 401],
      ["/api/orders", {}, 401],
      ["/health/live", {}, 200],
    ] as const
  ) {
    const answer = await fetch(`${service}${path}`, init);
    await answer.body?.cancel();
    assert.equal(answer.status, status, path);
  }
}
