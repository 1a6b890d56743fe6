import { type View, view } from "@headwater/core";
import type { Sql } from "postgres";
import { accountDefinition, accountView } from "./account_view.ts";

export function deposit(amount: number) {
  return { type: "Deposited", data: { amount } };
}

export const rename = { type: "Renamed", data: { label: "x" } };

/** An account view that does not understand labels, until it is mended. */
export function breakableView(): { readonly view: View; mend(): void } {
  let isBroken = true;
  return {
    view: view({
      ...accountDefinition,
      key: accountView.key,
      evolve(row, event, key) {
        if (isBroken && event.type === "Renamed") throw new Error("labels are not understood");
        return accountView.evolve(row, event, key);
      },
    }),
    mend: () => void (isBroken = false),
  };
}

/** What is parked: a line each. */
export async function letters(sql: Sql): Promise<readonly string[]> {
  const found = await sql`
    select key, by_stream, position::integer as position, class, attempts from projection_letter
    where dropped_at is null order by by_stream, key, position`;
  return found.map(({ key, by_stream, position, class: kind, attempts }) =>
    `${by_stream ? "stream " : ""}${key}: ${position} ${kind} ${attempts}`
  );
}
