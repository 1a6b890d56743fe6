import type { DomainCommand, DomainEvent } from "@headwater/core";
import type { Notice, Saga, Timer, Told } from "@headwater/sagas";
import { stepCommandId } from "@headwater/sagas/testing";
import { recordedExample } from "@headwater/testing";

/** What an instance is told, of the log or beside it. */
export type Tidings = { readonly heard: DomainEvent; readonly at: string } | {
  readonly notice: Notice;
};

/** Where an instance stands, as far as its way depends on it. */
export type Stand = {
  readonly wants: readonly {
    readonly step: string;
    readonly round: number;
    readonly id: string;
    readonly service: string;
    readonly command: DomainCommand;
    /** It is asked what became of it first. */
    readonly isUnknown?: true;
  }[];
  readonly timers: readonly Pick<Timer, "name" | "dueAt">[];
  readonly finished: boolean;
  readonly tells: Told;
};

/** A line of a history: what the instance was told, what it noted, as its contract stores it, and where it stood then. */
export type Moment = Stand & {
  readonly told: Tidings;
  readonly noted: readonly Stored[];
};

/** An event, as it is stored. */
export type Stored = DomainEvent & { readonly schemaVersion: number };

/** An event as the log gives it back, by today's contract. */
export function readBack({ events }: Saga, { schemaVersion, ...event }: Stored): DomainEvent {
  const { metadata } = recordedExample(event);
  const recorded = recordedExample(event, { metadata: { ...metadata, schemaVersion } });
  const read = events.decode(recorded);
  if (!read) throw new Error(`Cannot read "${event.type}": its contract no longer has it`);
  return { type: read.type, data: read.data };
}

/** What an instance in this state notes. */
export function notes(
  saga: Saga,
  { state, told }: { readonly state: Saga["initialState"]; readonly told: Tidings },
): readonly DomainEvent[] {
  return "notice" in told
    ? saga.notice?.(told.notice, state) ?? []
    : saga.react(told.heard, state, { at: told.at });
}

/** Where an instance stands in this state. */
export function standOf(saga: Saga, state: Saga["initialState"]): Stand {
  const { id = "" } = state.started ?? {};
  const { keys = [], isCompensating = false, version, stuck } = saga.tells?.(state) ?? {};
  return {
    wants: saga.outstanding(state).map((
      { name: step, round = 1, service, command, isUnknown },
    ) => ({
      ...{ step, round, id: stepCommandId({ process: saga.name, id, step, round }) },
      ...{ service, command, ...(isUnknown && { isUnknown }) },
    })),
    timers: (saga.timers?.(state) ?? []).map(({ name, dueAt }) => ({ name, dueAt })),
    finished: saga.finished(state),
    tells: { keys, isCompensating, ...(version && { version }), ...(stuck && { stuck }) },
  };
}
