import assert from "node:assert/strict";
import { keptAliveClients } from "@headwater/host/testing";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { eventually, within } from "@headwater/testing";
import { isBalancerInstalled, startBalancer } from "./balancer.ts";
import { startEventStoreProcess } from "./event_store_process.ts";
import { freePort } from "../free_port.ts";
import { type LoneProcess, startAlone } from "./lone_process.ts";

/** They write and read stock, each of an item of its own for a while. */
function customers(url: string) {
  return keptAliveClients({
    url,
    count: 16,
    pauseMs: 10,
    requestOf(number) {
      const path = `/api/inventory/items/SKU${number % 40}`;
      return number % 3 === 0
        ? {
          line: `POST ${path}/receive`,
          headers: "Content-Type: application/json\r\n",
          body: '{"quantity":1}',
        }
        : { line: `GET ${path}` };
    },
  });
}

Deno.test({
  name: isBalancerInstalled
    ? "no request fails while every process behind a load balancer is restarted, one by one"
    : "a rolling restart behind a load balancer is left out: nginx is not installed",
  ignore: !isBalancerInstalled,
  async fn() {
    await using postgres = await startThrowAwayPostgres();
    await using store = await startEventStoreProcess();
    const [front, inner] = [freePort(), freePort()];
    const env = {
      DATABASE_URL: postgres.url,
      EVENTSTORE_URL: `esdb://127.0.0.1:${store.port}?tls=false`,
      SERVICE_URLS: `inventory=http://127.0.0.1:${inner}`,
      LAME_DUCK_MS: "600",
    };
    const parts = [["service", "inventory"], ["service", "inventory"], ["gateway"], ["gateway"]]
      .map((words) => ({ words, port: freePort() }));
    const [first, second, third, fourth] = parts.map(({ port }) => port);
    await using balancer = await startBalancer(
      new Map([[inner, [first!, second!]], [front, [third!, fourth!]]]),
    );
    await using running = new AsyncDisposableStack();
    const start = async ({ words, port }: typeof parts[number]): Promise<LoneProcess> =>
      running.use(await startAlone(words, { env, port }));
    const processes = await Promise.all(parts.map(start));

    const clients = customers(`http://127.0.0.1:${front}`);
    const { fate } = clients;
    const more = (count: number) => {
      const before = fate.answered;
      return eventually("the load to go on", () => fate.answered >= before + count);
    };
    await more(200);
    for (const [index, process] of processes.entries()) {
      process.signal("SIGTERM");
      await eventually("it to say that it leaves", async () => {
        const answer = await fetch(`${process.url}/health/ready`);
        await answer.body?.cancel();
        assert.equal(answer.headers.get("Connection"), answer.ok ? null : "close");
        return answer.status === 503;
      });
      assert.equal(await process.ended(), 0);
      await more(50);
      await start(parts[index]!);
      await more(50);
    }
    const { unanswered, failed } = fate;
    assert.deepEqual([unanswered, failed], [0, []]);
    await balancer[Symbol.asyncDispose]();
    await within("the clients to be refused", clients.refused());
  },
});
