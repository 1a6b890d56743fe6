import {
  type Aggregate,
  aggregate,
  type CommandOf,
  defineEvents,
  type EventOf,
} from "@headwater/core";
import type { calls } from "@headwater/resilience";
import { z } from "zod";
import { lenientEvents } from "./acts_record/lenient_events.ts";

const isolation = z.object({
  by: z.string(),
  reason: z.string().nullable(),
  since: z.iso.datetime(),
});
const isolated = z.object({ target: z.string(), isolation });
const released = z.object({ target: z.string(), by: z.string() });

const commands = { IsolateTarget: isolated, ReleaseTarget: released };
const events = lenientEvents(
  defineEvents("isolation", { TargetIsolated: isolated, TargetReleased: released }),
);

/** Whom nobody may call, and why, by target. */
export type IsolatedTargets = Readonly<Record<string, calls.Isolation>>;

type Command = CommandOf<typeof commands>;
type Event = EventOf<typeof events>;

const none: IsolatedTargets = {};

/** What operators keep the processes of an application from calling: one stream of the log, which the host alone writes. */
export const isolatedTargets: Aggregate<Command, Event, IsolatedTargets> = aggregate({
  ...{ events, commands, id: () => "all" },
  initialState: none,
  decide,
  evolve,
});

function decide({ type, data }: Command, state: IsolatedTargets): readonly Event[] {
  const known = state[data.target];
  if (type === "ReleaseTarget") return known ? [{ type: "TargetReleased", data }] : [];
  // Somebody else may have other reasons
  const isSame = known?.by === data.isolation.by && known.reason === data.isolation.reason;
  return isSame ? [] : [{ type: "TargetIsolated", data }];
}

function evolve(state: IsolatedTargets, { type, data }: Event): IsolatedTargets {
  const { [data.target]: _, ...others } = state;
  return type === "TargetIsolated" ? { ...others, [data.target]: data.isolation } : others;
}
