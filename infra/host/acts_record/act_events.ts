import { type acts, defineEvents, type EventOf } from "@headwater/core";
import { z } from "zod";
import { lenientEvents } from "./lenient_events.ts";

/** How an act ended. `goes-on`: it is under way, or is done when somebody runs who does it. */
type ActEnd = "done" | "goes-on" | "refused" | "failed";

type NamedAct = acts.NamedAct;

/** What is put on record before an act is done. */
export type BegunAct = {
  /** UUID: an act that is asked for twice is done once. */
  readonly actId: string;
  readonly engine: string;
  /** `letters retry`. */
  readonly act: string;
  /** What it is done to; null: to all that its arguments name. */
  readonly subject: string | null;
  readonly args: Readonly<Record<string, unknown>>;
  readonly actor: string;
  /** Null: nobody has given one. */
  readonly reason: string | null;
  /** What it was to change, for people; null: nobody could tell. */
  readonly would: string | null;
  /** What takes it back, once it is done; null: nothing does. */
  readonly undo: NamedAct | null;
  readonly at: string;
};

/** What is put on record after that. */
export type EndedAct = {
  readonly actId: string;
  readonly outcome: ActEnd;
  /** Of what refused it, or made it fail. */
  readonly code: string | null;
  /** What it changed, for people. */
  readonly text: string;
  /** The same for machines; null: there was none, or too much of it. */
  readonly value: unknown;
  /** What takes back what it has come to; absent: what was said as it began. */
  readonly undo?: NamedAct | undefined;
  readonly at: string;
};

const args = z.record(z.string(), z.json());
const namedAct = z.object({ name: z.string(), args });

export const begunAct: z.ZodType<BegunAct> = z.object({
  actId: z.string(),
  engine: z.string(),
  act: z.string(),
  subject: z.string().nullable(),
  args,
  actor: z.string(),
  reason: z.string().nullable(),
  would: z.string().nullable(),
  undo: namedAct.nullable(),
  at: z.iso.datetime(),
});

export const endedAct: z.ZodType<EndedAct> = z.object({
  actId: z.string(),
  outcome: z.enum(["done", "goes-on", "refused", "failed"]),
  code: z.string().nullable(),
  text: z.string(),
  value: z.json(),
  undo: namedAct.optional(),
  at: z.iso.datetime(),
});

/**
 * What operators did, in one stream of the log that the host alone writes: whoever asks what was done last reads it from
 * its end. An act that has begun and not ended is one whose process died meanwhile, or is still at it.
 */
export const operatorsActEvents = lenientEvents(defineEvents("operatorsAct", {
  OperatorsActBegun: begunAct,
  OperatorsActEnded: endedAct,
}));

/** @internal */
export type OperatorsActEvent = EventOf<typeof operatorsActEvents>;
