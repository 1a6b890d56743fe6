import type { Process } from "./process.ts";
import { isStranded } from "./stranded.ts";
import type { Step } from "./step.ts";

/** What an instance is at, for operators. */
export type Waits = {
  /** The first of what is outstanding, or where it is stuck; null: it waits for an event or a time. */
  readonly step: string | null;
  /** Which service is to do it. */
  readonly target: string | null;
  readonly command: string | null;
  readonly isCompensating: boolean;
  readonly keys: readonly string[];
};

/** What became of an instance by what it has heard. */
export type Standing = {
  readonly finished: boolean;
  /** Of the last event in its own stream, by which that is known; undefined: nobody can tell. */
  readonly revision?: number | undefined;
  /** Undefined: nobody can tell. */
  readonly waits?: Waits | undefined;
  /** How many steps; undefined: nobody can tell. */
  readonly outstanding?: number | undefined;
  /** The earliest time that it waits for, ISO 8601 UTC. */
  readonly dueAt?: string | undefined;
  /** Of the definition by which it runs. */
  readonly version?: number | undefined;
  /** Why it cannot go on without operators, and what says so: its own state or version, or a notice that it cannot take. */
  readonly stuck?:
    | { readonly by: "state" | "version" | "notice"; readonly cause: string }
    | undefined;
};

/** Where an instance in this state stands. */
export function standingOf(
  process: Process,
  { state, revision }: { readonly state: unknown; readonly revision: number },
): Standing {
  const finished = process.finished(state);
  return finished ? { finished, revision } : { finished, revision, ...unfinished(process, state) };
}

/** True for what a driver has to see to: steps are outstanding, or nobody can tell. */
export function isDriven({ finished, outstanding }: Standing): boolean {
  return !finished && outstanding !== 0;
}

function unfinished(process: Process, state: unknown): Partial<Standing> {
  try {
    const steps = process.outstanding(state);
    const told = process.tells?.(state);
    const { keys = [], isCompensating = false, stuck, version } = told ?? {};
    const [first] = steps;
    const at = stuck ? steps.find(({ name }) => name === stuck.step) : first;
    const waits = {
      ...targetOf(at),
      ...(stuck && { step: storable(stuck.step) || null }),
      ...{ isCompensating, keys: keys.map(storable) },
    };
    const dueAt = earliest(process.timers?.(state).map((timer) => timer.dueAt) ?? []);
    return {
      ...{ waits, outstanding: steps.length },
      ...(dueAt !== undefined && { dueAt }),
      ...(version !== undefined && { version }),
      ...(stuck && {
        stuck: {
          by: isStranded(process, version) ? "version" : "state",
          cause: storable(stuck.cause),
        },
      }),
    };
  } catch {
    // Whoever drives it meets the same, and says so; that nobody can be told what it is at holds up no other
    return {};
  }
}

/** ISO 8601 UTC; undefined: of none. */
export function earliest(times: readonly string[]): string | undefined {
  if (times.length === 0) return undefined;
  return new Date(Math.min(...times.map(Date.parse))).toISOString();
}

/** A step by its name, and by who is to do what. */
export function targetOf(step: Step | undefined): Pick<Waits, "step" | "target" | "command"> {
  if (!step) return { step: null, target: null, command: null };
  const { name, service, command } = step;
  return {
    step: storable(name),
    target: storable(service),
    command: storable(command.type),
  };
}

/** PostgreSQL takes no U+0000. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\ufffd");
}
