import { z } from "zod";

/** An id that is safe in a URL, a stream name and a file name. */
export const id: z.ZodString = z.string()
  .regex(/^[A-Za-z0-9._~-]{1,100}$/, "Must be 1 to 100 letters, digits or ._~-")
  .refine((given) => given !== "." && given !== "..", "Must not be a path");

/** ISO 4217 by its form. */
export const currency: z.ZodString = z.string().regex(
  /^[A-Z]{3}$/,
  "Must be three upper-case letters",
);

/** Money in minor units: 0 to 2^53 - 1. */
export const amount: z.ZodInt = z.int().min(0);

/** A line of text for people: trimmed, not empty, no control characters, at most `max` code points. */
export function text(max: number): z.ZodType<string, string> {
  return z.string().trim().min(1).max(max)
    .refine((line) => !/\p{Cc}/u.test(line), "Must not contain control characters")
    .refine((line) => line.isWellFormed(), "Must be well-formed Unicode");
}
