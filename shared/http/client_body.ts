import { readBytes } from "@headwater/resilience";
import type { EdgeContext } from "./service_app.ts";
import { whileResting } from "./shed.ts";

/** What a client sends, read while nobody works on its request. As `readBytes`. */
export function clientBody(
  c: EdgeContext,
  ...[limit, options]: [limit: number, options?: Parameters<typeof readBytes>[2]]
): ReturnType<typeof readBytes> {
  return whileResting(c, () => readBytes(c.req.raw, limit, options));
}
