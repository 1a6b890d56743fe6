import { column, type RowOf, view } from "@headwater/core";
import { describe, type Page, readPage } from "@headwater/http";
import type { Sql } from "postgres";
import { z } from "zod";
import { sampleAccountEvents } from "./contract.ts";

export const sampleAccountView = view({
  name: "sample-account",
  version: 1,
  module: import.meta.url,
  reads: [sampleAccountEvents],
  columns: {
    sampleAccountId: column.text(),
    title: column.text(),
    status: column.text(["open", "closed"]),
    entries: column.integer(),
    balance: column.integer(),
    openedAt: column.text(),
    openedPosition: column.integer(),
  },
  primaryKey: "sampleAccountId",
  indexes: [["openedPosition"]],
  key: ({ data }) => data.sampleAccountId,
  evolve(row, event) {
    switch (event.type) {
      case "SampleAccountOpened": {
        const { recordedAt: openedAt, position: openedPosition } = event;
        const counts = { entries: 0, balance: 0 };
        return { ...event.data, status: "open", ...counts, openedAt, openedPosition };
      }
      case "SampleAccountEntryAdded":
        return row && {
          ...row,
          entries: row.entries + 1,
          balance: row.balance + event.data.amount,
        };
      case "SampleAccountClosed":
        return row && { ...row, status: "closed" };
    }
  },
});

type SampleAccountRow = RowOf<typeof sampleAccountView>;

/** As clients are shown it. */
export const sampleAccountAnswer = column.schemaOf(sampleAccountView.columns)
  .omit({ openedPosition: true }).extend({ openedAt: z.iso.datetime() })
  .meta({ id: "SampleAccount" });

export const sampleAccountPageAnswer = describe.pageSchema(sampleAccountAnswer);

export async function findSampleAccount(sql: Sql, sampleAccountId: string) {
  const [row] = await sql<SampleAccountRow[]>`
    select ${sampleAccountView.select(sql)} from ${sampleAccountView.from(sql)}
    where sample_account_id = ${sampleAccountId}`;
  return row && withoutPosition(row);
}

/** A page of them, newest first. */
export async function sampleAccountPage(
  sql: Sql,
  page: Page<SampleAccountRow>,
): Promise<z.output<typeof sampleAccountPageAnswer>> {
  const { rows, nextCursor } = await readPage(sql, {
    view: sampleAccountView,
    newestFirst: "openedPosition",
    ...page,
  });
  return { items: rows.map(withoutPosition), nextCursor };
}

function withoutPosition(
  { openedPosition: _, ...found }: SampleAccountRow,
): z.output<typeof sampleAccountAnswer> {
  return found;
}
