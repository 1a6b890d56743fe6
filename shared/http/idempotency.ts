import {
  type CommandContext,
  derivedId,
  type EventLog,
  fingerprint,
  Refusal,
  RevisionConflict,
} from "@headwater/core";
import { commandContext, idempotencyKey } from "./command_answer.ts";
import type { ServiceContext } from "./service_app.ts";

/** The category in which a service notes the keys it has seen; it lists it among its own. */
export function requestCategory(service: string): string {
  return `${service}Request`;
}

type RequestLog = Pick<EventLog, "append" | "read">;

export type KeyClaim = {
  readonly service: string;
  readonly key: string;
  /** Of the request: method, path and body. */
  readonly fingerprint: string;
  readonly context: CommandContext;
};

/**
 * Notes in the log which request a key stands for, once and for ever. The same claim again is harmless, also when both
 * run at the same time.
 *
 * Errors: `Refusal` with `idempotency-key-reused` when the key stands for another request; those of the log.
 */
export async function claimIdempotencyKey(log: RequestLog, claim: KeyClaim): Promise<void> {
  const { service, key, context } = claim;
  const stream = `${requestCategory(service)}-${derivedId(service, key)}`;
  const event = {
    // The log takes an event of the same id for the same event, so the id must tell requests apart.
    id: derivedId(service, "request-accepted", key, claim.fingerprint),
    type: "RequestAccepted",
    data: { fingerprint: claim.fingerprint },
    metadata: {
      $correlationId: context.correlationId,
      $causationId: context.commandId,
      commandId: context.commandId,
      commandHash: claim.fingerprint,
      schemaVersion: 1,
      ...(context.actor !== undefined && { actor: context.actor }),
      ...(context.traceparent !== undefined && { traceparent: context.traceparent }),
    },
  };
  try {
    await log.append(stream, [event], { expected: "no-stream" });
  } catch (error) {
    if (!(error instanceof RevisionConflict)) throw error;
    if (await claimedFingerprint(log, stream) === claim.fingerprint) return;
    throw new Refusal(
      "idempotency-key-reused",
      "Cannot accept the request: its Idempotency-Key was used for another one, choose a new key",
      { cause: error },
    );
  }
}

/**
 * For public commands: `const context = await acceptCommand(c, body)` with the body as checked, before the command is
 * handled. It claims the `Idempotency-Key` (if there is one) for this method, path and body, and gives the command's
 * context. Only accepted requests claim their key: after a 400 the same key can be sent again with the mistake put right.
 *
 * Errors: `BadInput`, `Refusal` with `idempotency-key-reused`, those of the log.
 */
export async function acceptCommand(c: ServiceContext, body?: unknown): Promise<CommandContext> {
  const context = commandContext(c);
  const key = idempotencyKey(c);
  if (key !== undefined) {
    const { method, path } = c.req;
    await claimIdempotencyKey(c.env.log, {
      service: c.env.service,
      key,
      fingerprint: fingerprint({ method, path, body: body ?? null }),
      context,
    });
  }
  return context;
}

async function claimedFingerprint(log: RequestLog, stream: string): Promise<unknown> {
  for await (const [first] of log.read(stream, { limit: 1 })) {
    if (first) return (first.data as { fingerprint?: unknown }).fingerprint;
  }
  return undefined;
}
