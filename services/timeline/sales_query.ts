import { skuSchema } from "@shop/inventory/contract";
import { z } from "zod";

const day = z.iso.date("Must be a day as in 2026-01-31");
const limitFault = "Must be a whole number from 1 to 200";

/** The query parameters of `GET /api/sales`: days, both included, as in 2026-01-01. */
export const salesQuery = z.strictObject({
  from: day.optional(),
  to: day.optional(),
  sku: skuSchema.optional(),
  limit: z.coerce.number(limitFault).int(limitFault).min(1, limitFault).max(200, limitFault)
    .default(50),
  cursor: z.string()
    .regex(/^[0-9-]{10}~[\w.-]{1,50}~[A-Z]{3}$/, "Must be the nextCursor of an earlier page")
    .transform((cursor) => {
      const [day = "", sku = "", currency = ""] = cursor.split("~");
      return { day, sku, currency };
    })
    .optional(),
}).refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
  path: ["to"],
  message: "Must not be before from",
});

/** What `salesQuery` reads again; SKUs and currencies have no tilde. */
export function salesCursor(
  { day, sku, currency }: {
    readonly day: string;
    readonly sku: string;
    readonly currency: string;
  },
): string {
  return `${day}~${sku}~${currency}`;
}
