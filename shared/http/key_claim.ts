import {
  type CommandContext,
  derivedId,
  type EventLog,
  eventLog,
  type Recorded,
  Refusal,
} from "@headwater/core";
import { z } from "zod";

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
  /** A new random UUID. */
  newId(): string;
};

/**
 * Notes in the log which request a key stands for, once and for ever. The same claim again is harmless, also when both
 * run at the same time.
 *
 * Errors: the `Refusal` that the request met with when it came first; `Refusal` with `idempotency-key-reused` when the
 * key stands for another request; those of the log.
 */
export async function claimIdempotencyKey(log: RequestLog, claim: KeyClaim): Promise<void> {
  try {
    await log.append(streamOf(claim), [eventOf(claim, "RequestAccepted")], {
      expected: "no-stream",
    });
  } catch (error) {
    if (!(error instanceof eventLog.RevisionConflict)) throw error;
    const { fingerprint, refusal } = await noted(log, claim);
    if (fingerprint !== claim.fingerprint) {
      throw new Refusal(
        "idempotency-key-reused",
        "Cannot accept the request: its Idempotency-Key was used for another one, choose a new key",
        { cause: error },
      );
    }
    if (refusal) throw refusal;
  }
}

/**
 * Notes what a claimed request was refused with, before the client is told: sent again, it gets the same answer, though
 * the rule may say yes by then. Where this fails nothing was promised, and the request is decided anew.
 *
 * Errors: the `Refusal` that was noted before, those of the log.
 */
export async function noteRefusal(
  log: RequestLog,
  { claim, refusal: { code, message } }: { readonly claim: KeyClaim; readonly refusal: Refusal },
): Promise<void> {
  const event = eventOf(claim, "RequestRefused", { code, message });
  try {
    await log.append(streamOf(claim), [event], { expected: 0 });
  } catch (error) {
    if (!(error instanceof eventLog.RevisionConflict)) throw error;
    throw (await noted(log, claim)).refusal ?? error;
  }
}

/** A request under way whose key is claimed. */
export type ClaimedRequest = {
  readonly log: RequestLog;
  readonly claim: KeyClaim;
};

function streamOf({ service, key }: KeyClaim): string {
  return `${requestCategory(service)}-${derivedId(service, key)}`;
}

function eventOf(
  { context, fingerprint, newId }: KeyClaim,
  type: "RequestAccepted" | "RequestRefused",
  more: { readonly code?: string; readonly message?: string } = {},
): eventLog.NewEvent {
  return {
    // Not derived: the log takes an event of the same id for the same append, and would not say that it is a repetition.
    id: newId(),
    type,
    data: { fingerprint, ...more },
    metadata: {
      $correlationId: context.correlationId,
      $causationId: context.commandId,
      commandId: context.commandId,
      commandHash: fingerprint,
      schemaVersion: 1,
      ...(context.actor !== undefined && { actor: context.actor }),
      ...(context.traceparent !== undefined && { traceparent: context.traceparent }),
    },
  };
}

type Noted = { readonly fingerprint?: unknown; readonly refusal?: Refusal };

async function noted(log: RequestLog, claim: KeyClaim): Promise<Noted> {
  const events: Recorded[] = [];
  for await (const page of log.read(streamOf(claim), { limit: 2 })) events.push(...page);
  const [accepted, refused] = events.map(({ data }) => recordSchema.parse(data));
  const { code, message } = refused ?? {};
  return {
    fingerprint: accepted?.fingerprint,
    ...(code !== undefined && { refusal: new Refusal(code, message ?? code) }),
  };
}

const recordSchema = z.object({
  fingerprint: z.string().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
});
