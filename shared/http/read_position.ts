import { BadInput } from "@headwater/resilience";
import type { ServiceContext } from "./service_app.ts";

/**
 * The position in the log that a header names; undefined: it is not there.
 * Errors: `BadInput` with the message.
 */
export function readPosition(
  c: Pick<ServiceContext, "req">,
  { header, message }: { readonly header: string; readonly message: string },
): number | undefined {
  const token = c.req.header(header);
  if (token === undefined) return undefined;
  const position = Number(token);
  if (!/^(0|[1-9][0-9]{0,15})$/.test(token) || !Number.isSafeInteger(position)) {
    throw new BadInput([{ path: header, message }]);
  }
  return position;
}
