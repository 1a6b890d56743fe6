import { field, Refusal } from "@headwater/core";
import {
  acceptCommand,
  commandAnswer,
  declare,
  describe,
  pageQuery,
  readJson,
  readParam,
  readQuery,
  readsFrom,
  routes,
} from "@headwater/http";
import { z } from "zod";
import { sampleAccountCommands } from "./contract.ts";
import { sampleAccountCommandExamples } from "./examples.ts";
import { sampleAccount } from "./sample_account.ts";
import {
  findSampleAccount,
  sampleAccountAnswer,
  sampleAccountPage,
  sampleAccountPageAnswer,
  sampleAccountView,
} from "./sample_account_view.ts";

const done = describe.commandAnswerSchema("sampleAccountId");
const params = { id: field.id };
const { OpenSampleAccount, AddSampleAccountEntry } = sampleAccountCommandExamples;
const { sampleAccountId: _, ...firstEntry } = AddSampleAccountEntry.data;

const opening = declare({
  operation: "openSampleAccount",
  summary: "Opens a sample account",
  body: sampleAccountCommands.OpenSampleAccount,
  answer: done,
  refusals: ["sample-account-exists"],
  example: { body: OpenSampleAccount.data },
});
const entry = declare({
  operation: "addSampleAccountEntry",
  summary: "Adds an entry to a sample account",
  params,
  body: sampleAccountCommands.AddSampleAccountEntry.omit({ sampleAccountId: true }),
  answer: done,
  refusals: [
    "sample-account-unknown",
    "sample-account-entry-exists",
    "sample-account-closed",
    "sample-account-too-low",
  ],
  example: { body: firstEntry },
});
const closing = declare({
  operation: "closeSampleAccount",
  summary: "Closes a sample account",
  params,
  answer: done,
  refusals: ["sample-account-unknown"],
});
const listing = declare({
  operation: "listSampleAccounts",
  summary: "A page of sample accounts, newest first",
  query: pageQuery({ status: z.enum(["open", "closed"]) }),
  answer: sampleAccountPageAnswer,
});
const shown = declare({
  operation: "getSampleAccount",
  summary: "Shows a sample account",
  params,
  answer: sampleAccountAnswer,
  refusals: ["sample-account-unknown"],
});

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
  const sampleAccountId = readParam(c, "id", params.id);
  const added = await readJson(c, entry.body);
  const context = await acceptCommand(c, added);
  const handled = await c.env.repository(sampleAccount).handle(
    { type: "AddSampleAccountEntry", data: { sampleAccountId, ...added } },
    context,
  );
  return commandAnswer(c, handled, { body: { sampleAccountId, revision: handled.revision } });
});

sampleAccountRoutes.post("/api/sample-account/:id/close", closing, async (c) => {
  const sampleAccountId = readParam(c, "id", params.id);
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
  shown,
  readsFrom(sampleAccountView, { param: "id" }),
  async (c) => {
    const sampleAccountId = readParam(c, "id", params.id);
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
