import { field, Refusal } from "@headwater/core";
import {
  acceptCommand,
  commandAnswer,
  declare,
  pageQuery,
  readJson,
  readParam,
  readQuery,
  readsFrom,
  routes,
} from "@headwater/http";
import { z } from "zod";
import { sampleAccountCommands } from "./contract.ts";
import { sampleAccount } from "./sample_account.ts";
import { findSampleAccount, sampleAccountPage, sampleAccountView } from "./sample_account_view.ts";

const opening = declare({ body: sampleAccountCommands.OpenSampleAccount });
const entry = declare({
  body: sampleAccountCommands.AddSampleAccountEntry.omit({ sampleAccountId: true }),
});
const listing = declare({ query: pageQuery({ status: z.enum(["open", "closed"]) }) });

export const sampleAccountRoutes = routes();

sampleAccountRoutes.post("/api/sample-account", opening, async (c) => {
  const data = await readJson(c, opening.body);
  const { sampleAccountId } = data;
  const context = await acceptCommand(c, data);
  const handled = await c.env.repository(sampleAccount).handle(
    { type: "OpenSampleAccount", data },
    context,
  );
  return commandAnswer(c, handled, {
    body: { sampleAccountId, revision: handled.revision },
    location: `/api/sample-account/${sampleAccountId}`,
  });
});

sampleAccountRoutes.post("/api/sample-account/:id/entries", entry, async (c) => {
  const sampleAccountId = readParam(c, "id", field.id);
  const added = await readJson(c, entry.body);
  const context = await acceptCommand(c, added);
  const handled = await c.env.repository(sampleAccount).handle(
    { type: "AddSampleAccountEntry", data: { sampleAccountId, ...added } },
    context,
  );
  return commandAnswer(c, handled, { body: { sampleAccountId, revision: handled.revision } });
});

sampleAccountRoutes.post("/api/sample-account/:id/close", async (c) => {
  const sampleAccountId = readParam(c, "id", field.id);
  const context = await acceptCommand(c);
  const handled = await c.env.repository(sampleAccount).handle(
    { type: "CloseSampleAccount", data: { sampleAccountId } },
    context,
  );
  return commandAnswer(c, handled, { body: { sampleAccountId, revision: handled.revision } });
});

sampleAccountRoutes.get(
  "/api/sample-account",
  listing,
  readsFrom(sampleAccountView),
  async (c) => c.json(await sampleAccountPage(c.env.sql, readQuery(c, listing.query))),
);

sampleAccountRoutes.get(
  "/api/sample-account/:id",
  readsFrom(sampleAccountView, { param: "id" }),
  async (c) => {
    const sampleAccountId = readParam(c, "id", field.id);
    const found = await findSampleAccount(c.env.sql, sampleAccountId);
    if (!found) {
      throw new Refusal(
        "sample-account-unknown",
        `Cannot find sample account "${sampleAccountId}"`,
      );
    }
    return c.json(found);
  },
);
