import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import { readSource } from "../architecture/source_files.ts";
import { makeDataPlace } from "../faults/data_place.ts";
import { startDev } from "../faults/dev_process.ts";
import { changed, stepsOf } from "./guide.ts";
import { copyWorkspace, type WorkspaceCopy } from "./workspace_copy.ts";

Deno.test("what the guide says and what the templates give works in a copy of the repository", async (t) => {
  await using copy = await copyWorkspace();
  const isFollowed = await t.step("who follows the guide touches a folder and app.ts", async () => {
    for (const step of stepsOf(await readSource("docs/guides/your_service.md"))) {
      if (step.kind === "change") await copy.change(step.file, (text) => changed(text, step.hunks));
      else await copy.run(...unchecked(step.line.split(" ").slice(1)));
    }
    const touched = await copy.touched();
    const elsewhere = touched.filter((file) => !file.startsWith("services/loyalty/"));
    assert.deepEqual(elsewhere, ["services/app.ts"]);
    assert.equal(touched.length, 18);
  });

  // What follows is about what it led to.
  if (!isFollowed) return;
  await t.step("and has a service that the gateway shows", () => assertServes(copy));

  await t.step("names of two words and parts of other services are as good", async () => {
    for (
      const line of [
        "service gift_card",
        "view card_orders --service gift_card --of order",
        "view carriers --service shipping",
        "saga late_order --service order --send ConfirmOrder",
        "policy parcel_watch --service order --after ShipmentRefused --send RemindOfPayment",
      ]
    ) await copy.run("task", "new", ...line.split(" "));
    await copy.run(...unchecked(["task", "test", "gift_card", "order", "shipping"]));
  });

  await t.step("all of it is as well kept as what was there", async () => {
    await copy.run("fmt", "--check", "services");
    await copy.run("task", "lint", "services");
    await copy.run("check", "services", "tests/architecture");
    await copy.run(...unchecked(["task", "test", "tests/architecture"]));
  });
});

/** Types are checked once, at the end. */
function unchecked(words: readonly string[]): string[] {
  return words[1] === "test" ? [...words, "--no-check"] : [...words];
}

/** Through the gateway, which knows its routes from nowhere else than the service. */
async function assertServes(copy: WorkspaceCopy): Promise<void> {
  await using place = await makeDataPlace();
  await using dev = startDev(place.directory, { cwd: copy.directory });
  const { url } = await dev.ready();
  async function get(path: string) {
    const response = await fetch(`${url}${path}`);
    return { status: response.status, body: await response.json() };
  }
  const opened = await fetch(`${url}/api/loyalty`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ loyaltyId: "ada", title: "Ada" }),
  });
  assert.equal(opened.status, 202, await opened.text());
  const { openedAt, ...account } = await eventually("the account to be confirmed", async () => {
    const { body } = await get("/api/loyalty/ada");
    return body.isConfirmed && body;
  });
  assert.ok(openedAt);
  assert.deepEqual(account, {
    loyaltyId: "ada",
    title: "Ada",
    status: "open",
    entries: 1,
    balance: 100,
    isConfirmed: true,
  });
  const { items } = (await get("/api/loyalty?status=open&limit=1")).body;
  assert.deepEqual(items.map(({ title }: { title: string }) => title), ["Ada"]);
  await eventually("the view to have seen all", async () => {
    const { body } = await get("/api/loyalty-activity");
    return body.items[0]?.lastType === "LoyaltyConfirmed" && body.items[0].events === 3;
  });
  assert.equal((await get("/api/loyalty/bob")).status, 404);
  await dev.stop();
}
