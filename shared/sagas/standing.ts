import type { Process } from "./process.ts";
import type { Step } from "./step.ts";

/** What an instance is at, for operators. */
export type Waits = {
  /** The first of what is outstanding; null: it waits for an event. */
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
  /** Undefined: nobody can tell. */
  readonly waits?: Waits | undefined;
};

/** Where an instance in this state stands. */
export function standingOf(process: Process, state: unknown): Standing {
  const finished = process.finished(state);
  return finished ? { finished } : { finished, waits: waitsOf(process, state) };
}

function waitsOf(process: Process, state: unknown): Waits | undefined {
  try {
    const [step] = process.outstanding(state);
    const { keys, isCompensating } = process.tells?.(state) ?? { keys: [], isCompensating: false };
    return { ...targetOf(step), isCompensating, keys: keys.map(storable) };
  } catch {
    // Whoever drives it meets the same, and says so; that nobody can be told what it is at holds up no other
    return undefined;
  }
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
