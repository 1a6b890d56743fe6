import assert from "node:assert/strict";
import { eventLog, silentLog } from "@headwater/core";
import { databasesOn, serve, startHost } from "@headwater/host";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { shop } from "@shop/app";
import { ShopClient } from "@shop/judge";
import { startConsoleBrowser, type Tab } from "./console_browser.ts";
import { slowLog } from "./slow_log.ts";
import { picture } from "./picture.ts";

const logger = silentLog;
const undeliverable = {
  ...{ name: "Ada", line1: "12 Row", city: "London", postalCode: "00000", country: "GB" },
};

Deno.test({
  name: "operators see a shop and act on it in a browser",
  // A browser's pipes are not Deno's to count
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(test) {
    await using server = await startThrowAwayPostgres();
    await using log = slowLog(eventLog.memoryLog());
    await using host = await startHost(shop, {
      log,
      database: databasesOn(server.url, { prefix: "browser", services: shop.services, logger }),
      healthEveryMs: 500,
      welcome: shop.welcome?.(),
      logger,
    });
    await using served = serve(host.gateway, { host: "127.0.0.1", port: 0, logger });
    await using browser = await startConsoleBrowser(served.url);
    const client = new ShopClient({ shop: host.gateway });
    await client.receive("TEA", { quantity: 100 });
    const placeHeld = (orderId: string) =>
      client.place({
        ...{ orderId, customerId: "ada", paymentMethod: "pm_held" },
        ...{ lines: [{ sku: "TEA", quantity: 1, unitPrice: 450 }] },
        shippingAddress: undeliverable,
      });

    await test.step("an order that breaks is told on an open overview, and is freed from there", async () => {
      const tab = await browser.open("/console");
      const { page } = tab;
      await page.getByText("Everything is well").waitFor();
      await placeHeld("held1");
      // Without a click or a reload
      await page.getByRole("link", { name: "fulfilment held1 is stuck" }).waitFor();
      await page.getByText("the bank holds the money").first().waitFor();
      await picture(page, "console_overview");
      await tab.wellBehaved();
      await page.getByRole("link", { name: "fulfilment held1 is stuck" }).click();
      await page.getByRole("heading", { name: "held1", level: 1 }).waitFor();
      const drawing = page.locator("svg.way");
      assert.match(await drawing.getAttribute("aria-label") ?? "", /charge-payment: done/);
      assert.match(
        await drawing.locator(".is-stuck").first().textContent() ?? "",
        /refund-payment/,
      );
      await picture(page, "console_saga");
      await tab.wellBehaved();
      await page.getByRole("link", { name: "Retry" }).click();
      await page.getByText("would retry fulfilment held1").waitFor();
      await tab.wellBehaved();
      await doIt(tab, "the bank has been called");
      await page.getByRole("link", { name: "Go back" }).click();
      await page.locator(".pairs").getByText("finished").waitFor();
    });

    await test.step("who did it, when and why stands in the record of acts", async () => {
      const tab = await browser.open("/console/acts");
      const row = tab.page.locator("tbody tr").first();
      for (const text of ["sagas retry", "held1", "the bank has been called", "done"]) {
        await row.getByText(text).first().waitFor();
      }
      await row.getByText('retry "held1" is done').click();
      await row.locator("pre.data").waitFor();
      await tab.wellBehaved();
      await tab.page.getByLabel("Act").fill("switch");
      await tab.page.getByRole("button", { name: "Show" }).click();
      await tab.page.getByText("Nobody has done anything like that.").waitFor();
    });

    await test.step("many that stand alike are freed by one act, after a look at whom it is about", async () => {
      const tab = await browser.open("/console/sagas");
      const { page } = tab;
      for (const id of ["held2", "held3"]) await placeHeld(id);
      await page.locator("tbody tr", { hasText: "refund-payment" }).locator("td", {
        hasText: /^2$/,
      })
        .waitFor();
      await tab.wellBehaved();
      await page.getByRole("link", { name: "2", exact: true }).click();
      for (const id of ["held2", "held3"]) await page.getByRole("link", { name: id }).waitFor();
      await tab.wellBehaved();
      await page.getByRole("link", { name: "Retry all" }).click();
      for (const id of ["held2", "held3"]) {
        await page.getByText(`would retry fulfilment ${id}`).waitFor();
      }
      await doIt(tab, "the bank has been called again");
      await page.getByRole("link", { name: "Go back" }).click();
      await page.getByText("No unfinished instance is like that.").waitFor();
    });

    await test.step("of two operators the second is told what the first has done", async () => {
      await placeHeld("held4");
      const seen = await browser.open("/console");
      await seen.page.getByRole("link", { name: "fulfilment held4 is stuck" }).waitFor();
      const form =
        "/console/act?service=order&engine=sagas&act=retry&arg.id=held4&arg.process=fulfilment";
      const [one, other] = [await browser.open(form), await browser.open(form)];
      await doIt(one, "I was first");
      await other.page.getByLabel("Reason").fill("so was I");
      await other.page.getByRole("button", { name: /Retry/ }).click();
      await other.page.getByRole("alert").waitFor();
      const told = await other.page.getByRole("alert").textContent();
      assert.match(
        told ?? "",
        /^Cannot retry "held4": (\S+ began "retry" .*I was first|no unfinished)/,
      );
      await other.wellBehaved();
    });

    await test.step("a read model is built anew, and gone back from, and both are on record", async () => {
      const tab = await browser.open("/console/projections");
      const { page } = tab;
      await page.getByRole("link", { name: "orders", exact: true }).waitFor();
      await tab.wellBehaved();
      await page.getByRole("link", { name: "orders", exact: true }).click();
      await page.getByRole("link", { name: "Rebuild" }).click();
      await page.getByText('would build "orders" anew').waitFor();
      await doIt(tab, "to see that it can be done");
      await page.getByRole("link", { name: "Go back" }).click();
      await page.locator("tr", { hasText: /^2live/ }).waitFor();
      await tab.wellBehaved();
      await page.getByRole("link", { name: "Rollback" }).click();
      await doIt(tab, "the old one was better");
      await page.getByRole("link", { name: "Go back" }).click();
      await page.locator("tr", { hasText: /^1live/ }).waitFor();
      const acts = await browser.open("/console/acts?engine=projections");
      await acts.page.getByRole("link", { name: "Take it back" }).first().click();
      await acts.page.getByText('would let generation 2 of "orders" take the place').waitFor();
      await acts.wellBehaved();
    });

    await test.step("how far a rebuild is comes up by itself, until it is read", async () => {
      for (let number = 0; number < 60; number++) {
        const events = Array.from({ length: 50 }, () => priced(`SKU${number}`));
        await log.append(`product-SKU${number}`, events, { expected: "no-stream" });
      }
      const tab = await browser.open("/console/projections/catalog/products");
      const { page } = tab;
      await page.locator("tr", { hasText: /^1live/ }).waitFor();
      log.slowDown();
      await page.getByRole("link", { name: "Rebuild" }).click();
      await doIt(tab, "prices of last year had no currency");
      await page.getByRole("link", { name: "Go back" }).click();
      await page.locator("progress").waitFor();
      await page.locator("tr", { hasText: /^2building.*[1-9]\d? %/ }).waitFor();
      await picture(page, "console_rebuild");
      await tab.wellBehaved();
      log.goOn();
      // Without a click or a reload
      await page.locator("tr", { hasText: /^2live/ }).waitFor();
      await tab.wellBehaved();
    });

    await test.step("nobody calls a service that is isolated, until that is taken back", async () => {
      const tab = await browser.open("/console/calls");
      const { page } = tab;
      const line = page.locator("#targets li", { hasText: /^shipping/ });
      await line.getByRole("link", { name: "Isolate" }).click();
      await page.getByText('"shipping" would not be called any more').waitFor();
      await doIt(tab, "its disk is being replaced");
      await page.getByRole("link", { name: "Go back" }).click();
      await line.getByText("its disk is being replaced").waitFor();
      await tab.wellBehaved();
      const acts = await browser.open("/console/acts?engine=calls");
      await acts.page.getByRole("link", { name: "Take it back" }).click();
      await doIt(acts, "the disk was replaced");
      // Without a click or a reload
      await line.getByRole("link", { name: "Isolate" }).waitFor();
    });

    await test.step("a newcomer places an order by a click, and finds what each event has changed", async () => {
      const tab = await browser.open("/");
      const { page } = tab;
      await tab.wellBehaved();
      await page.getByRole("button", { name: "Address undeliverable" }).click();
      // Without another click or a reload
      await page.locator(".events li", { hasText: "OrderCancelled" }).waitFor();
      await tab.wellBehaved();
      await page.getByRole("link", { name: "What led to what" }).click();
      await page.getByRole("heading", { name: "What OrderPlaced led to" }).waitFor();
      await page.locator(".node.is-undoes", { hasText: "StockReleased" }).first().waitFor();
      await picture(page, "console_story");
      await tab.wellBehaved();
      await page.locator(".node a", { hasText: "OrderConfirmed" }).click();
      await page.getByRole("heading", { name: "OrderConfirmed" }).waitFor();
      await page.getByRole("row", { name: /confirmed false true/ }).waitFor();
      await tab.wellBehaved();
      await page.getByRole("link", { name: "Before" }).click();
      await page.getByRole("heading", { name: "OrderPlaced" }).waitFor();
      await page.getByRole("link", { name: "Streams" }).first().click();
      await page.getByLabel("Find").fill("held1");
      await page.getByRole("button", { name: "Find" }).click();
      await page.getByRole("link", { name: "order-held1" }).waitFor();
      await tab.wellBehaved();
    });

    await test.step("no page runs over on a phone, in the dark", async () => {
      const phone = { viewport: { width: 390, height: 780 }, colorScheme: "dark" as const };
      const pages = [
        ...[
          "",
          "/streams",
          "/projections",
          "/projections/order/orders",
          "/sagas",
          "/sagas/fulfilment",
        ],
        ...["/streams/order-held1", "/streams/order-held1/0", "/find?q=held1"],
        ...["/sagas/fulfilment/held1", "/calls", "/routes", "/acts", "/nothing/is/here"],
      ];
      const tab = await browser.open("/console", phone);
      for (const path of pages) {
        await tab.page.goto(`/console${path}`);
        await tab.page.locator("main h1").waitFor();
        const over = "document.scrollingElement.scrollWidth - innerWidth";
        assert.ok(await tab.page.evaluate<number>(over) <= 0, `${path} runs over`);
        await tab.wellBehaved();
      }
    });
  },
});

/** As it stands in the log; what it says does not matter. */
function priced(sku: string): eventLog.NewEvent {
  const id = crypto.randomUUID();
  return {
    ...{ id, type: "PriceChanged", data: { sku, price: 475, currency: "EUR" } },
    metadata: {
      ...{ $correlationId: id, $causationId: id, commandId: id, commandHash: "", schemaVersion: 1 },
    },
  };
}

/** Says why, and has it done. */
async function doIt({ page }: Tab, reason: string): Promise<void> {
  await page.getByLabel("Reason").fill(reason);
  await page.locator("main form button[type=submit]").click();
  await page.getByRole("status").filter({ hasText: "was taken by" }).waitFor();
}
