import { equal, match } from "node:assert/strict";
import { decimalsOf, moneyText } from "./currencies.ts";

Deno.test("an amount is shown with as many decimals as its currency has", () => {
  for (
    const [amount, currency, shown] of [
      [1250, "EUR", "12.50 EUR"],
      [5, "USD", "0.05 USD"],
      [0, "EUR", "0.00 EUR"],
      [1250, "JPY", "1250 JPY"],
      [1250, "KWD", "1.250 KWD"],
      [7, "CLF", "0.0007 CLF"],
      [100, "RSD", "1.00 RSD"],
      [2 ** 53 - 1, "EUR", "90071992547409.91 EUR"],
      [1250, "ABC", "1250 minor units of ABC"],
    ] as const
  ) equal(moneyText(amount, currency), shown);
});

Deno.test("currencies of today are known, and no others", () => {
  const used =
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF INR JPY KRW MXN NOK NZD PLN SEK USD ZAR";
  for (const code of used.split(" ")) match(String(decimalsOf(code)), /^[02]$/, code);
  for (const code of ["XXX", "XTS", "XAU", "ABC", "DEM", "eur", ""]) {
    equal(decimalsOf(code), undefined);
  }
});
