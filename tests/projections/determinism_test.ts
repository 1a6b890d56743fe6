import assert from "node:assert/strict";
import { column, view } from "@headwater/core";
import { shop } from "@shop/app";
import { seedsToTry, withSeed } from "../faults/fault_seed.ts";
import { accountEvents } from "./account_view.ts";
import { dealView } from "./deal_view.ts";
import { runLive } from "./live_run.ts";
import { projectionTests } from "./test_bed.ts";

/** What befalls them; another one for each run, unless HEADWATER_SEED says which. */
const [seed = 0] = seedsToTry(1);

/** Each event once, in order: or its rows tell. */
const journalView = view({
  name: "journal",
  version: 1,
  reads: [accountEvents],
  columns: { accountId: column.text(), positions: column.json<readonly number[]>() },
  primaryKey: "accountId",
  key: ({ stream, position }) => [stream.slice("account-".length), `of ${position % 7}`],
  evolve: (row, { position }, accountId) => ({
    accountId,
    positions: [...row?.positions ?? [], position],
  }),
});

const views = [journalView, dealView, ...shop.services.flatMap(({ views }) => views)];

projectionTests("whatever befalls read models", async (step) => {
  for (const view of views) {
    await step(`"${view.name}" comes to what its log comes to`, async (bed) => {
      const events = view === journalView ? 400 : 120;
      await withSeed(seed, async () => {
        const { letters, rows } = await runLive(bed, view, { seed, events });
        if (view === journalView) assert.ok(rows > 0 && letters > 0, "too little was tried");
      });
    });
  }
});
