import {
  type CommandOf,
  defineEvents,
  type DomainEvent,
  eventLog,
  type EventSchemas,
  persistentMap,
  type Recorded,
  Refusal,
} from "@headwater/core";
import { z } from "zod";
import type { Notice, Operated } from "./notice.ts";
import { type EventRef, isMeant } from "./participant.ts";
import type { Process } from "./process.ts";
import type { Step } from "./step.ts";

/**
 * The commands that a service takes: its contract.
 *
 * @internal
 */
type Commands = Readonly<Record<string, z.ZodType>>;

/**
 * What is to be done about an event: whenever it happens, then a command of one's own service.
 *
 * @internal
 */
type Rule<Data, Own extends Commands> = {
  /** Also the category of its streams. */
  readonly name: string;
  /** The service that it is a policy of, and whose command it gives: `participant("inventory", …)`. */
  readonly of: { readonly service: string; readonly commands: Own };
  /** Of another service's contract: `shipping.event("ShipmentRefused")`. */
  readonly when: EventRef<Data>;
  /** Undefined: nothing is to be done. */
  then(event: EventWith<Data>): CommandOf<Own> | undefined;
  /**
   * Commands of one key are taken one after the other, in the order of their events. Default: the id of the event's
   * stream. The event's own id: each by itself.
   */
  key?(event: EventWith<Data>): string;
  /** ISO 8601 UTC: what was recorded before is left as it is. Default: all that the log has. */
  readonly since?: string;
};

/** @internal */
type EventWith<Data> = Recorded<DomainEvent<string, Data>>;

/**
 * A process that reacts to an event by a command of its own service.
 *
 * @internal
 */
export type Policy = Process<Recorded, PolicyEvent, PolicyState> & {
  /** That takes its commands. */
  readonly service: string;
};

/** @internal */
type Owed = {
  readonly step: string;
  readonly type: string;
  readonly data: unknown;
  readonly round: number;
};

/** @internal */
export type PolicyState = {
  /** What is to be done, by the numbers of their events; the first is at work. */
  readonly owed: persistentMap.PersistentMap<Owed>;
  /** How many were ordered so far. */
  readonly ordered: number;
  /** Why the first cannot be done. */
  readonly stuck: string | undefined;
};

/** @internal */
type Act<Type extends string> = DomainEvent<Type, {
  readonly step: string;
  readonly actor: string;
  readonly reason: string;
  readonly at: string;
}>;

/** @internal */
export type PolicyEvent =
  | DomainEvent<"CommandOrdered", {
    readonly step: string;
    /** Of the command, as its data are. */
    readonly type: string;
    readonly data: unknown;
    readonly at: string;
  }>
  | DomainEvent<"CommandTaken", { readonly step: string; readonly at: string }>
  | DomainEvent<"CommandStuck", {
    readonly step: string;
    readonly outcome: "refused" | "failed" | "unknown";
    readonly code: string;
    readonly reason: string;
    readonly at: string;
  }>
  | Act<"CommandRetried">
  | Act<"CommandResumed">
  | Act<"CommandSkipped">;

function policyEvents(category: string): EventSchemas<PolicyEvent> {
  const done = { step: z.string(), at: z.string() };
  const act = z.object({ ...done, actor: z.string(), reason: z.string() });
  const outcome = z.enum(["refused", "failed", "unknown"]);
  return defineEvents(category, {
    CommandOrdered: z.object({ ...done, type: z.string(), data: z.unknown() }),
    CommandTaken: z.object(done),
    CommandStuck: z.object({ ...done, outcome, code: z.string(), reason: z.string() }),
    CommandRetried: act,
    CommandResumed: act,
    CommandSkipped: act,
  });
}

/** So often its service is asked before operators are. */
const attempts = 10;

/**
 * Whenever an event of another contract happens, then a command of one's own service, so that nobody else has to know its
 * commands. Each event is answered once: the command's id follows from the event's. One that is refused, or has no
 * outcome after 10 attempts, is stuck with all that come after it under its key, until operators retry, resume or skip it.
 */
export function policy<Data, Own extends Commands>(rule: Rule<Data, Own>): Policy {
  const { name, of: { service, commands }, when, then, key = ofStream, since } = rule;
  const sinceMs = since === undefined ? -Infinity : Date.parse(since);
  if (Number.isNaN(sinceMs)) {
    throw new Error(
      `Cannot define policy "${name}": "${since}" is no time, give 2026-11-30T12:00Z`,
    );
  }
  function isAnswered(input: Recorded): input is EventWith<Data> {
    return input.type === when.type && isMeant(when, input.data) &&
      Date.parse(input.recordedAt) >= sinceMs;
  }
  return {
    name,
    service,
    inputs: [when.schemas],
    events: policyEvents(name),
    initialState: { owed: persistentMap.empty, ordered: 0, stuck: undefined },
    key: (input) => isAnswered(input) ? key(input) : undefined,
    react(input, _, { at }) {
      const command = isAnswered(input) ? then(input) : undefined;
      if (!command) return [];
      const { type } = command;
      // Here its event can still be put aside
      const data = commands[type]!.parse(command.data);
      return [{ type: "CommandOrdered", data: { step: `${type}:${input.id}`, type, data, at } }];
    },
    evolve,
    outstanding(state) {
      const first = firstOf(state);
      return first && state.stuck === undefined ? [toStep(first, service)] : [];
    },
    finished: ({ owed }) => owed.size === 0,
    notice: hear,
    tells(state) {
      const { stuck: cause } = state;
      const { step = "" } = firstOf(state) ?? {};
      const stuck = cause === undefined ? {} : { stuck: { step, cause } };
      return { keys: [], isCompensating: false, ...stuck };
    },
  };
}

function ofStream({ stream }: Recorded): string {
  return eventLog.idOf(stream);
}

function toStep({ step: name, type, data, round }: Owed, service: string): Step {
  const command = { type, data };
  return { name, service, command, round, limits: { attempts }, isDoneWhenTaken: true };
}

function firstOf({ owed }: PolicyState): Owed | undefined {
  const [first] = persistentMap.entries(owed);
  return first?.[1];
}

function evolve(state: PolicyState, event: PolicyEvent): PolicyState {
  const { owed, ordered } = state;
  switch (event.type) {
    case "CommandOrdered": {
      const { step, type, data } = event.data;
      const key = String(ordered).padStart(12, "0");
      const added = persistentMap.set(owed, [key, { step, type, data, round: 1 }]);
      return { ...state, owed: added, ordered: ordered + 1 };
    }
    case "CommandTaken":
    case "CommandSkipped": {
      const [first] = persistentMap.entries(owed);
      const left = first ? persistentMap.without(owed, first[0]) : owed;
      return { ...state, owed: left, stuck: undefined };
    }
    case "CommandStuck": {
      const { outcome, reason } = event.data;
      return { ...state, stuck: `${outcome}: ${reason}` };
    }
    case "CommandResumed":
      return { ...state, stuck: undefined };
    case "CommandRetried": {
      const [first] = persistentMap.entries(owed);
      if (!first) return state;
      const [key, command] = first;
      const again = { ...command, round: command.round + 1 };
      return { ...state, owed: persistentMap.set(owed, [key, again]), stuck: undefined };
    }
  }
}

/** What follows from what it is told: only the first is at work, and an answer to what it was before is of no use. */
function hear(notice: Notice, state: PolicyState): readonly PolicyEvent[] {
  if (notice.type === "TimerFired") return [];
  if (notice.type === "Operated") return [operated(notice, state)];
  const { outcome, code, reason, at } = notice;
  const first = firstOf(state);
  const isAtWork = first?.step === notice.step && first.round === notice.round;
  if (!isAtWork || state.stuck !== undefined) return [];
  const { step } = first;
  return outcome === "done"
    ? [{ type: "CommandTaken", data: { step, at } }]
    : [{ type: "CommandStuck", data: { step, outcome, code, reason, at } }];
}

const eventOfAct = {
  retry: "CommandRetried",
  resume: "CommandResumed",
  skip: "CommandSkipped",
} as const;

function operated(
  { act, step: meant, actor, reason, at }: Operated,
  state: PolicyState,
): PolicyEvent {
  const { step = "" } = firstOf(state) ?? {};
  if (act === "compensate") {
    throw new Refusal(
      "saga-not-in-state",
      "Cannot compensate a policy: its command was not done; retry, resume or skip it",
    );
  }
  if (state.stuck === undefined) {
    const now = step === "" ? "nothing is left to do" : `"${step}" is under way`;
    throw new Refusal("saga-not-in-state", `Cannot ${act}: it has to be stuck, and ${now}`);
  }
  if (meant !== undefined && meant !== step) {
    throw new Refusal("saga-not-in-state", `Cannot ${act} "${meant}": stuck is "${step}"`);
  }
  return { type: eventOfAct[act], data: { step, actor, reason, at } };
}
