import { type View, view } from "@headwater/core";
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
