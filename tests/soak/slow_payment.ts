import assert from "node:assert/strict";
import { time } from "@headwater/core";
import { eventually } from "@headwater/testing";
import { ShopClient } from "@shop/judge";
import { makeDataPlace } from "../faults/data_place.ts";
import { startDev } from "../faults/dev_process.ts";
import { watchEndpoints } from "./endpoint_watch.ts";

const secret = "of-this-test-and-of-nobody-else-at-all";
const phaseMs = 4_000;
const phases = ["usual", "payment takes 5 s", "killed", "back"] as const;
const others = ["GET orders", "GET stock", "GET timeline"];
const payments = "GET payment";

const help = `deno task soak payment

Runs a shop of many processes while its payment takes 5 s, is killed with -9 and comes back, and prints how long others
took meanwhile, beside how long they usually take here. Fails where they are not answered, the circuit to payment does
not open and close, or an order is lost. A minute.
`;

/** `deno task soak payment`. Resolves with the exit code: 0 done, 2 not understood; rejects with what went wrong. */
export async function soakPayment(args: readonly string[]): Promise<number> {
  if (args.length > 0) {
    print(help);
    return args[0] === "--help" ? 0 : 2;
  }
  await using place = await makeDataPlace();
  await using dev = startDev(place.directory, {
    args: ["--split"],
    main: new URL("slowed_shop.ts", import.meta.url).pathname,
    env: { SERVICE_SECRET: secret },
  });
  const { url } = await dev.ready();
  const payment = await addressOf(url, "payment");
  const client = new ShopClient({ shop: url, patienceMs: 60_000 });
  await client.receive("SKU1", { quantity: 1_000 });
  const { orderId } = (await client.place()).body;
  await eventually("the first order to be paid", async () => {
    return (await client.query(`/api/payments/order/${orderId}`)).status === 200;
  });

  const placing: Promise<unknown>[] = [];
  await using watching = new AsyncDisposableStack();
  const watch = watching.use(watchEndpoints({
    "GET orders": () => new Request(`${url}/api/orders?limit=5`),
    "GET stock": () => new Request(`${url}/api/inventory/items/SKU1`),
    "GET timeline": () => new Request(`${url}/api/orders/${orderId}/timeline`),
    [payments]: () => new Request(`${url}/api/payments/order/${orderId}`),
  }, { everyMs: 250 }));
  const circuit = watching.use(watchCircuit(url));
  async function phase(name: typeof phases[number]): Promise<void> {
    watch.begin(name);
    for (let orders = 0; orders < 5; orders++) {
      placing.push(client.place());
      await time.pause(phaseMs / 5);
    }
  }

  await phase("usual");
  await slow(payment, 5_000);
  await phase("payment takes 5 s");
  await eventually("the circuit to open", () => circuit.states.includes("open"));
  Deno.kill(dev.processes().get("payment")!, "SIGKILL");
  await phase("killed");
  await eventually("payment to answer again", async () => {
    return (await client.query(`/api/payments/order/${orderId}`)).status === 200;
  });
  await phase("back");
  await Promise.all(placing);
  await eventually("the circuit to close", () => circuit.states.at(-1) === "closed");
  await watching.disposeAsync();

  const placed = client.acknowledged.filter(({ stream }) => stream.startsWith("order-"));
  await eventually("every order to be confirmed", async () => {
    const found = await client.all("/api/orders");
    return found.length === placed.length &&
      found.every(({ status }: { readonly status: string }) => status === "confirmed");
  });
  assert.equal(placed.length, 21);
  for (const endpoint of others) {
    // How it is usually says what the machine is like
    for (const phase of phases.slice(1)) {
      const { answers, failed } = watch.seen(endpoint, phase);
      // A busy machine may be too slow for some of them, which is not payment's doing
      assert.ok(answers > 0 && failed < answers / 2, `${endpoint}, ${phase}:\n${watch.table()}`);
    }
  }
  const worst = others.map((endpoint) => {
    const [usual = 0, ...later] = phases.map((phase) => watch.seen(endpoint, phase).p99Ms);
    return `${endpoint} ${(Math.max(...later) / usual).toFixed(1)}`;
  });
  const said = [
    watch.table(),
    `p99 of the others at its worst, as a multiple of the usual: ${worst.join(", ")}`,
    `the gateway's circuit to payment: ${circuit.states.join(" → ")}`,
    `${placed.length} orders placed, all of them confirmed`,
  ];
  print(`\n${said.join("\n\n")}\n`);
  await dev.stop();
  return 0;
}

/** Where a service listens. */
async function addressOf(url: string, service: string): Promise<string> {
  const found: { targets: [string]; labels: { process: string } }[] =
    await (await fetch(`${url}/ops/metrics/targets`)).json();
  const target = found.find(({ labels: { process } }) => process === service);
  assert.ok(target);
  return `http://${target.targets[0]}`;
}

async function slow(payment: string, ms: number): Promise<void> {
  const answer = await fetch(`${payment}/slow/${ms}`, {
    method: "POST",
    headers: { "X-Service-Secret": secret },
  });
  assert.deepEqual(await answer.json(), { slowMs: ms });
}

/** The states of the gateway's circuit of queries to payment, one after the other, as its page shows them. */
function watchCircuit(url: string): AsyncDisposable & { readonly states: string[] } {
  const states: string[] = [];
  let isOver = false;
  async function watch(): Promise<void> {
    while (!isOver) {
      const page = await (await fetch(`${url}/metrics`)).text();
      const [, state] = page.match(
        /^headwater_client_breaker_state{(?=[^}]*target="payment")(?=[^}]*calls="queries")[^}]*state="([\w-]+)"[^}]*} 1$/m,
      ) ?? [];
      if (state !== undefined && state !== states.at(-1)) states.push(state);
      await time.pause(100);
    }
  }
  const watching = watch();
  return {
    states,
    async [Symbol.asyncDispose]() {
      isOver = true;
      await watching;
    },
  };
}

function print(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
