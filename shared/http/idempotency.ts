import { type CommandContext, fingerprint } from "@headwater/core";
import { commandContext, idempotencyKey } from "./command_answer.ts";
import { claimIdempotencyKey, type KeyClaim } from "./key_claim.ts";
import type { ServiceContext } from "./service_app.ts";

/**
 * For public commands: `const context = await acceptCommand(c, body)` with the body as checked, before the command is
 * handled. It claims the `Idempotency-Key` (if there is one) for this method, path and body, and gives the command's
 * context. Only accepted requests claim their key: after a 400 the same key can be sent again with the mistake put right.
 * A `Refusal` that the route throws afterwards is noted, and is the answer whenever the request comes again.
 *
 * Errors: `BadInput`, `Refusal` with `idempotency-key-reused` or as it was noted, those of the log.
 */
export async function acceptCommand(c: ServiceContext, body?: unknown): Promise<CommandContext> {
  const context = commandContext(c);
  const key = idempotencyKey(c);
  if (key === undefined) return context;
  const { method, path } = c.req;
  const { service, log, newId } = c.env;
  const claim: KeyClaim = {
    service,
    key,
    fingerprint: fingerprint({ method, path, body: body ?? null }),
    context,
    newId,
  };
  // One after the other: a repetition must not be decided while the first one's refusal is being noted.
  c.set("endTurn", await c.var.turns.take(key, c.var.signal));
  await claimIdempotencyKey(log, claim);
  c.set("claimed", { log, claim });
  return context;
}
