/**
 * The currencies of ISO 4217 (list one of 2024-06-25, and XCG of 2025) by their number of decimals. Without those that
 * have none to speak of: metals, units of account, codes for tests. Not from `Intl`, whose decimals are those that
 * people use: none for ALL, AFN, IRR, LAK and RSD, of which money has two; and which lacks CLF, SLE and others.
 */
const byDecimals: Readonly<Record<number, string>> = {
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
  2: `AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
    CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG
    HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
    MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE
    SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW
    ZWG`,
  3: "BHD IQD JOD KWD LYD OMR TND",
  4: "CLF UYW",
};

const decimals = new Map(
  Object.entries(byDecimals).flatMap(([count, codes]) =>
    codes.split(/\s+/).map((code) => [code, Number(count)] as const)
  ),
);

/** The codes. */
export const currencies: readonly string[] = [...decimals.keys()];

/** How many decimals the currency's minor unit stands for; undefined: ISO 4217 does not have it. */
export function decimalsOf(currency: string): number | undefined {
  return decimals.get(currency);
}

/** An amount in minor units, for people: `12.50 EUR`, `1250 JPY`, `1.250 KWD`. */
export function moneyText(amount: number, currency: string): string {
  const count = decimalsOf(currency);
  if (count === undefined) return `${amount} minor units of ${currency}`;
  if (count === 0) return `${amount} ${currency}`;
  // By its digits: a division would round the largest amounts.
  const digits = String(amount).padStart(count + 1, "0");
  return `${digits.slice(0, -count)}.${digits.slice(-count)} ${currency}`;
}
