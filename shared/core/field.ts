import { z } from "zod";
import { currencies } from "./currencies.ts";
import { storableText } from "./storable.ts";

export { moneyText } from "./currencies.ts";

/** An id that is safe in a URL, a stream name and a file name. */
export const id: z.ZodString = z.string()
  .regex(/^[A-Za-z0-9._~-]{1,100}$/, "Must be 1 to 100 letters, digits or ._~-")
  .refine((given) => given !== "." && given !== "..", "Must not be a path");

/**
 * A currency by the form of its code. For what is stored and read for ever: a country may give up its currency, and
 * the orders in it stay.
 */
export const currencyCode: z.ZodString = z.string().regex(
  /^[A-Z]{3}$/,
  "Must be three upper-case letters",
);

/** A currency of ISO 4217, so that the decimals of its amounts are known. For what comes in. */
export const currency: z.ZodString = z.string().regex(
  new RegExp(`^(${currencies.join("|")})$`),
  "Must be a currency of ISO 4217, three upper-case letters",
);

/** Money in minor units: 0 to 2^53 - 1. */
export const amount: z.ZodInt = z.int().min(0);

/** A line of text for people: trimmed, not empty, no control characters, at most `max` code points. */
export function text(max: number): z.ZodType<string, string> {
  return z.string().trim().min(1).max(max)
    .refine((line) => !/\p{Cc}/u.test(line), "Must not contain control characters")
    .refine((line) => line.isWellFormed(), "Must be well-formed Unicode");
}

/**
 * What somebody outside says in words of their own: a provider's message, a cause, a reason. Nothing that comes is
 * refused; it is made what `text(max)` takes: one line, storable everywhere, cut off; "unknown" when nothing is left.
 */
export function outsideText(max: number): z.ZodType<string, string> {
  return z.string().overwrite((given) =>
    storableText(given.slice(0, 4 * max)).replaceAll(/\p{Cc}+/gu, " ").trim().slice(0, max)
      // Half of the pair that was cut through
      .replace(/[\ud800-\udbff]$/, "").trim() || "unknown"
  );
}
