/** What came of a command, kept in the metadata of its events. */
export type CommandTrace = {
  readonly hash: string;
  /** Revision and position of the last event it led to. */
  readonly revision: number;
  readonly position: number;
};

/** A map moves all of its entries when it grows; so many take a few milliseconds. */
const entriesPerPart = 65_536;

/**
 * By command id: every command that ever led to events in a stream. In parts, none of which grows beyond what the event
 * loop can wait for, however many there are.
 */
export class CommandTraces {
  readonly #parts = [new Map<string, CommandTrace>()];

  get(commandId: string): CommandTrace | undefined {
    for (let at = this.#parts.length - 1; at >= 0; at--) {
      const trace = this.#parts[at]!.get(commandId);
      if (trace) return trace;
    }
    return undefined;
  }

  /** In the place of what was known of the command: its events stand one after the other. */
  set(commandId: string, trace: CommandTrace): void {
    let last = this.#parts.at(-1)!;
    if (last.size >= entriesPerPart && !last.has(commandId)) {
      last = new Map();
      this.#parts.push(last);
    }
    last.set(commandId, trace);
  }
}
