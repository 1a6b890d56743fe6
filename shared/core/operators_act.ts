import type { z } from "zod";

/** What whoever runs an act lends it. */
export type ActContext = {
  /** Nobody waits for it any longer. */
  readonly signal: AbortSignal;
  /** How far it is, in a line for people. */
  progress(line: string): void;
  /**
   * How things are now, in lines for people: on a terminal in the place of those before, elsewhere those that are new.
   * Absent for machines, which get one value.
   */
  show?(lines: readonly string[]): void;
};

/** How an act ended: a JSON value for machines, and the same in words. */
export type ActOutcome = {
  readonly value: unknown;
  readonly text: string;
  /** False: what was asked for is not done (yet). */
  readonly isDone: boolean;
  /** Why nothing more comes of it where it is not done; absent: it goes on, by somebody else or later. */
  readonly ended?: "refused" | "failed";
  /** What takes back what it has come to; absent: what was foretold, unless nothing comes of it. */
  readonly undo?: NamedAct;
};

/** An act of an engine, as it can be asked for. */
export type NamedAct = {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
};

/** What an act would do, if it were done now. */
export type ForetoldAct = {
  /** JSON; the same as long as nothing has changed that the act depends on. */
  readonly value: unknown;
  /** For people. */
  readonly text: string;
  /** What would take it back; absent: nothing does. */
  readonly undo?: NamedAct;
};

/**
 * Something that operators do to an engine. A command line, HTTP and a console are made from the list of an engine's
 * acts. An act starts nothing but what it names.
 *
 * `run` throws a `Refusal` for what there is not, and what else keeps it from being done with a message for operators.
 */
export type OperatorsAct<Context, Args extends z.ZodObject = z.ZodObject> = {
  /** One word or more: `status`, `letters retry`. */
  readonly name: string;
  /** What it does, in a line. */
  readonly summary: string;
  /** In the order in which a command line takes them. */
  readonly args: Args;
  /** Those of `args` that a command line takes by name, wherever they stand: `--reason TEXT`, or `--all` for a boolean. */
  readonly options?: readonly string[];
  /** Those that it takes by name too, and of which its usage says nothing: they are for machines. */
  readonly unlisted?: readonly string[];
  /** False: it only looks; it creates, migrates and starts nothing. */
  readonly changes: boolean;
  /** Whose it is, where people have roles: `admin` of what nothing takes back. Default: `operator`. */
  readonly role?: "operator" | "admin";
  run(args: z.infer<Args>, context: Context & ActContext): Promise<ActOutcome>;
  /** What it is done to: of two acts on the same at once one is refused. Undefined: its whole engine. */
  subject?(args: z.infer<Args>): string | undefined;
  /** Looks what it would do, and changes nothing. Errors: as of `run`. */
  foretell?(args: z.infer<Args>, context: Context & ActContext): Promise<ForetoldAct>;
  /** Where an application runs it has that do it, which then puts it on record. */
  readonly isAsked?: boolean;
};

/** An act among others, whatever its arguments. */
export function operatorsAct<Context, Args extends z.ZodObject>(
  act: OperatorsAct<Context, Args>,
): OperatorsAct<Context> {
  return act;
}
