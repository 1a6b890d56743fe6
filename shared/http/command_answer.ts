import { type CommandContext, derivedId } from "@headwater/core";
import { BadInput } from "@headwater/resilience";
import { checkKey } from "./command_handlers.ts";
import type { EdgeContext } from "./service_app.ts";

/** As whom events name somebody who was not asked who they are. */
const nobodyInParticular = "anonymous";

/**
 * Where the request's command comes from. Its id is derived from the `Idempotency-Key` when there is one, so that the
 * request sent again is the same command; `If-Match` becomes the expected revision.
 * Does not claim the key: see `idempotent`.
 */
export function commandContext(c: EdgeContext): CommandContext {
  const key = idempotencyKey(c);
  const { service, newId } = c.env;
  const { correlationId, actor = nobodyInParticular, traceparent } = c.var;
  const expectedRevision = ifMatch(c);
  return {
    commandId: key === undefined ? newId() : derivedId(service, "request", key),
    correlationId,
    actor,
    ...(traceparent !== undefined && { traceparent }),
    ...(expectedRevision !== undefined && { expectedRevision }),
  };
}

/** 202: the command's events are durable; views and other services follow. */
export function commandAnswer(
  c: EdgeContext,
  handled: {
    /** -1 when the command led to nothing and the stream does not exist. */
    readonly revision: number;
    readonly position: number | undefined;
  },
  { body, location }: { readonly body: Record<string, unknown>; readonly location?: string },
): Response {
  if (handled.revision >= 0) c.header("ETag", `"${handled.revision}"`);
  if (handled.position !== undefined) c.header("X-Position", String(handled.position));
  if (location !== undefined) c.header("Location", location);
  return c.json(body, 202);
}

/**
 * The `Idempotency-Key`, 1 to 255 visible ASCII characters, as one of whoever sends it: who else says the same means
 * another one, and can neither meet with it nor take it away. Undefined when there is none.
 */
export function idempotencyKey(c: EdgeContext): string | undefined {
  const key = c.req.header("Idempotency-Key");
  if (key !== undefined) checkKey(key);
  const { identity } = c.var;
  // A key has no space, so that nobody can say another's
  return key === undefined || !identity ? key : `${identity.actor} ${key}`;
}

const entityTags = /[ \t]*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,|$)/y;

/**
 * RFC 9110, 13.1.1: `*` is whatever there is, of a list one has to match. The comparison is a strong one, which a weak
 * tag never passes, and what is no revision of ours matches nothing.
 */
function ifMatch(c: EdgeContext): CommandContext["expectedRevision"] {
  const given = c.req.header("If-Match");
  if (given === undefined) return undefined;
  if (given.trim() === "*") return "exists";
  const revisions: number[] = [];
  let at = 0;
  while (at < given.length || at === 0) {
    entityTags.lastIndex = at;
    const [found, weak, tag = ""] = entityTags.exec(given) ?? [];
    if (found === undefined) {
      throw new BadInput([{
        path: "If-Match",
        message: 'Must be ETags of command answers, for example "3" with its quotes, or *',
      }]);
    }
    at += found.length;
    const revision = Number(tag);
    const isRevision = /^(0|[1-9][0-9]{0,15})$/.test(tag) && Number.isSafeInteger(revision);
    if (isRevision && weak === undefined) revisions.push(revision);
  }
  return revisions.length === 1 ? revisions[0] : revisions;
}
