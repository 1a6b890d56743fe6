import { z } from "zod";

/** How many things a page shall have, also as text: 1 to `most`; of anything else it is said what is allowed. */
export function pageLimit(most: number): z.ZodCoercedNumber {
  const fault = `Must be a whole number from 1 to ${most}`;
  return z.coerce.number(fault).int(fault).min(1, fault).max(most, fault);
}
