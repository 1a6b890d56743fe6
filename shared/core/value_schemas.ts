import { z } from "zod";

/** An id that is safe in a URL, a stream name and a file name. */
export const idSchema = z.string()
  .regex(/^[A-Za-z0-9._~-]{1,100}$/, "Must be 1 to 100 letters, digits or ._~-")
  .refine((id) => id !== "." && id !== "..", "Must not be a path");

/** ISO 4217 by its form. */
export const currencySchema = z.string().regex(/^[A-Z]{3}$/, "Must be three upper-case letters");

/** Money in minor units: 0 to 2^53 - 1. */
export const amountSchema = z.int().min(0);

/** A line of text for people: trimmed, not empty, no control characters, at most `max` code points. */
export function textSchema(max: number): z.ZodType<string, string> {
  return z.string().trim().min(1).max(max)
    .refine((text) => !/\p{Cc}/u.test(text), "Must not contain control characters")
    .refine((text) => text.isWellFormed(), "Must be well-formed Unicode");
}
