import { derivedId, type DomainCommand } from "@headwater/core";

/** One line of a process's to-do list: a command for a service, under a name that is unique in its instance. */
export type Step<Command extends DomainCommand = DomainCommand> = {
  /** For example `reserve-stock:SKU1`. The command's id is derived from it, so doing it twice is harmless. */
  readonly name: string;
  readonly service: string;
  readonly command: Command;
  /** From 1, the default: a step that is to be done anew, which is another command with an id of its own. */
  readonly round?: number;
  /** When it is given up; absent: never, it is sent again for ever. */
  readonly limits?: StepLimits;
  /**
   * No event of the inputs proves it: it is done when its service has taken it, and its process is told so, or what else
   * it came to, by a notice.
   */
  readonly isDoneWhenTaken?: true;
  /** No answer came in time: it is asked what became of it before it is sent again. */
  readonly isUnknown?: true;
};

/** What a step may take before its process is told that it has no outcome, by a notice of its instance. */
export type StepLimits = {
  /** So often it is sent to a machine that fails or is away. */
  readonly attempts: number;
  /** Asked where nobody knows whether it was done; absent: it is sent again, which is harmless. */
  readonly ask?: Question;
};

/** How a participant is asked what became of a step. */
export type Question = {
  readonly service: string;
  /** Of a GET request. */
  readonly path: string;
  /**
   * `not done`: it was not and will not be, unless it is sent again. `send again`: it may have been done, and whoever
   * takes the command once more finds out. Undefined: nobody knows, and sending it would not help.
   */
  read(answer: { readonly status: number; readonly body: unknown }):
    | "done"
    | "refused"
    | "not done"
    | "send again"
    | undefined;
};

/** The id of a step's command: sent again, it is the same. */
export function stepCommandId(
  { process, id, step, round = 1 }: {
    /** Its name. */
    readonly process: string;
    readonly id: string;
    readonly step: string;
    readonly round?: number | undefined;
  },
): string {
  return round === 1 ? derivedId(process, id, step) : derivedId(process, id, step, round);
}
