import { machine, type Recorded } from "@headwater/core";
import type { Process } from "./process.ts";
import type { InstanceEvents } from "./read_instance.ts";
import { type Step, stepCommandId } from "./step.ts";

/** An event that an instance heard, or may hear. */
export type Heard = Pick<Recorded, "id" | "type" | "stream" | "revision" | "position"> & {
  readonly at: string;
  /** The step whose command led to it; null: none of this instance's. */
  readonly answers: string | null;
};

/** A command of an instance. */
export type SentCommand = {
  readonly step: string;
  readonly target: string;
  readonly command: string;
  readonly data: unknown;
  /** Its id: sent again, it is the same. */
  readonly commandId: string;
};

/** What an instance did on one event. */
export type Chapter = {
  readonly at: string;
  /** Null: it was not found, its id is `causationId`. */
  readonly heard: Heard | null;
  readonly causationId: string;
  readonly noted: readonly Pick<Recorded, "type" | "data" | "revision" | "position">[];
  /** What was to be done from then on, and was not before. */
  readonly sends: readonly SentCommand[];
  /** All that was to be done then. */
  readonly outstanding: readonly string[];
  readonly isCompensating: boolean;
  readonly isFinished: boolean;
  readonly state: unknown;
};

/** What an instance has gone through, as the log and today's code have it. */
export type InstanceStory = {
  readonly chapters: readonly Chapter[];
  /** What is sent next, or again, until an event shows that it was done; empty: it waits for an event, or is finished. */
  readonly next: readonly SentCommand[];
  /** Events for it that have led to nothing (yet). */
  readonly later: readonly Heard[];
  /** Why the story cannot be told further: the code cannot read or take what is stored. */
  readonly broken: string | null;
};

type Instance = { readonly process: Process; readonly id: string };

/** Tells the story of an instance by folding what it noted: what it sends follows from its state, as it does where it runs. */
export function storyOf(
  { process, id }: Instance,
  { own, heard, later = [] }: InstanceEvents & {
    /** Inputs of it behind its last own event. */
    readonly later?: readonly Recorded[];
  },
): InstanceStory {
  const chapters: Chapter[] = [];
  /** Steps that were sent so far: by their commands' ids, and, where it is the only one, by the event that it followed from. */
  const steps = new Map<string, string>();
  let state = process.initialState;
  let next: readonly SentCommand[] = [];
  let broken: string | null = null;

  function toHeard(event: Recorded): Heard {
    const { type, stream, revision, position, recordedAt: at, metadata } = event;
    return {
      ...{ id: event.id, type, stream, revision, position, at },
      // A service may do a command by others of its own
      answers: steps.get(metadata.commandId) ?? steps.get(metadata.$causationId) ?? null,
    };
  }
  for (const events of together(own)) {
    const [first] = events;
    const { metadata: { $causationId: causationId }, recordedAt: at } = first!;
    const cause = heard.get(causationId);
    const before = new Set(next.map(({ step }) => step));
    let isCompensating = false;
    let isFinished = false;
    try {
      for (const event of events) {
        const decoded = process.events.decode(event);
        // A newer release's, which the code here folds no more than a runtime of it does
        if (decoded) state = process.evolve(state, decoded);
      }
      isCompensating = process.tells?.(state).isCompensating ?? false;
      isFinished = process.finished(state);
      next = process.outstanding(state).map((step) => toSent(step, { process, id }));
    } catch (error) {
      broken = machine.messageOf(error);
      next = [];
    }
    chapters.push({
      ...{
        at,
        heard: cause ? toHeard(cause) : null,
        causationId,
        isCompensating,
        isFinished,
        state,
      },
      noted: events.map(({ type, data, revision, position }) => ({
        type,
        data,
        revision,
        position,
      })),
      sends: next.filter(({ step }) => !before.has(step)),
      outstanding: next.map(({ step }) => step),
    });
    if (broken !== null) break;
    for (const { commandId, step } of next) steps.set(commandId, step);
    const [only, ...others] = next;
    const last = events.at(-1);
    if (last && only && others.length === 0) steps.set(last.id, only.step);
  }
  return { chapters, next, later: later.map(toHeard), broken };
}

/** Events that were noted on the same input. */
function together(own: readonly Recorded[]): readonly (readonly Recorded[])[] {
  const groups: Recorded[][] = [];
  for (const event of own) {
    const group = groups.at(-1);
    if (group?.[0]?.metadata.commandId === event.metadata.commandId) group.push(event);
    else groups.push([event]);
  }
  return groups;
}

function toSent({ name, service, command, round }: Step, { process, id }: Instance): SentCommand {
  return {
    ...{ step: name, target: service, command: command.type, data: command.data },
    commandId: stepCommandId({ process: process.name, id, step: name, round }),
  };
}
