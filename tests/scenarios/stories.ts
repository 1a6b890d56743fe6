import assert from "node:assert/strict";
import { type RunningShop, startShop, waitUntilAtRest } from "@shop/demo";
import { ShopClient } from "@shop/judge";
import { checkInvariants } from "@shop/judge";
import { shop as application } from "@shop/app";
import { databasesOn } from "@headwater/host";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { silentLog } from "@headwater/core";
import { eventually, within } from "@headwater/testing";

/** What the gateway shows of an order. */
export type OrderPage = {
  readonly order: { readonly status: string; readonly reason?: string; readonly revision: number };
  readonly payment:
    | { readonly status: string; readonly charged: number; readonly refunded: number }
    | null;
  readonly reservations: readonly {
    readonly sku: string;
    readonly quantity: number;
    readonly status: string;
  }[];
  readonly shipment: { readonly shipmentId: string; readonly status: string } | null;
};

/** The shop as a story meets it: over real HTTP, on a real log and a real PostgreSQL. */
export type StoryShop = {
  readonly client: ShopClient;
  /** Lets everything come to its end, and shows the order. */
  settled(orderId: string): Promise<OrderPage>;
  /** Shows the order as soon as it has this status. */
  reaches(orderId: string, status: string): Promise<OrderPage>;
  /** What the saga did and undid, in its order. */
  steps(orderId: string): Promise<readonly string[]>;
  /** Of one customer, oldest first. */
  notifications(customerId: string): Promise<readonly string[]>;
  /** Stops the whole host, whatever is under way, and starts it again on the same data. */
  restart(): Promise<void>;
  /** How many events there are, of all streams. */
  events(): Promise<number>;
};

/** By their names, which are sentences. */
export type Stories = Readonly<Record<string, (shop: StoryShop) => Promise<void>>>;

/** Tells stories, one after the other in the same shop; at the end of each the invariants hold. */
export function tell(
  title: string,
  stories: Stories,
  { server = startThrowAwayPostgres, ignore = false }: {
    /** Where its databases are; default: a PostgreSQL of its own. */
    server?(): Promise<AsyncDisposable & { readonly url: string }>;
    readonly ignore?: boolean;
  } = {},
): void {
  Deno.test({ name: title, ignore }, async (t) => {
    await using postgres = await server();
    await using stage = await openStage(postgres.url);
    for (const [name, story] of Object.entries(stories)) {
      await t.step({
        name,
        // The shop goes on between the steps; that it leaves nothing behind is seen at the end.
        sanitizeOps: false,
        sanitizeResources: false,
        async fn() {
          await story(stage);
          await stage.check();
        },
      });
    }
  });
}

async function openStage(
  url: string,
): Promise<StoryShop & AsyncDisposable & { check(): Promise<void> }> {
  await using opening = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "headwater-stories-" });
  opening.defer(() => Deno.remove(directory, { recursive: true }));
  function open(): Promise<RunningShop> {
    return startShop(application, {
      directory,
      database: databasesOn(url, { prefix: "stories", logger: silentLog }),
      name: "stories",
      logger: silentLog,
    });
  }
  let shop: RunningShop | undefined = await open();
  opening.defer(async () => await shop?.[Symbol.asyncDispose]());

  const client = new ShopClient({
    shop(request) {
      // What a client gets from a port where nobody listens.
      if (!shop) throw new TypeError("Cannot reach the shop: it is closed");
      const { pathname, search } = new URL(request.url);
      return within(
        `the answer to ${request.method} ${pathname}`,
        fetch(new Request(`${shop.url}${pathname}${search}`, request)),
      );
    },
  });
  function opened(): RunningShop {
    assert.ok(shop);
    return shop;
  }
  async function page(orderId: string): Promise<OrderPage> {
    return (await client.get(`/api/orders/${orderId}`)).data;
  }
  async function atRest(): Promise<void> {
    await waitUntilAtRest({ ...opened(), client });
  }
  const stage = opening.move();
  return {
    client,
    async settled(orderId) {
      await atRest();
      return await page(orderId);
    },
    async reaches(orderId, status) {
      return await eventually(`"${orderId}" to be "${status}"`, async () => {
        // Where its read model has not heard of it yet there is no page.
        const { body } = await client.query(`/api/orders/${orderId}`);
        return body.data?.order.status === status && body.data;
      });
    },
    async steps(orderId) {
      const { items } = await client.get(`/api/orders/${orderId}/timeline`);
      return items.map(({ step }: { step?: string }) => step)
        .filter((step: string | undefined) => step !== undefined);
    },
    async notifications(customerId) {
      const { items } = await client.get(`/api/notifications?customerId=${customerId}`);
      return items.map(({ kind }: { kind: string }) => kind).toReversed();
    },
    async restart() {
      const closing = opened();
      shop = undefined;
      await closing[Symbol.asyncDispose]();
      shop = await open();
    },
    async events() {
      let count = 0;
      for await (const events of opened().log.readAll()) count += events.length;
      return count;
    },
    async check() {
      await atRest();
      const { acknowledged } = client;
      const verdicts = await checkInvariants({ ...opened(), client, acknowledged });
      assert.deepEqual(verdicts.filter(({ holds }) => !holds), []);
      assert.equal(verdicts.length, 7);
      // Nothing was judged by looking at nothing
      const views = application.services.flatMap((service) => service.views);
      assert.match(
        verdicts[5]?.detail ?? "",
        new RegExp(`^${views.length} read models, [1-9]`),
      );
    },
    [Symbol.asyncDispose]: () => stage.disposeAsync(),
  };
}
