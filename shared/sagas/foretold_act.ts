import { type EventLog, machine, Refusal } from "@headwater/core";
import type { Operated } from "./notice.ts";
import type { Process } from "./process.ts";
import { holdingStranded } from "./stranded.ts";

/** What an act would do, as the log and the code here have it. */
export type ForetoldAct =
  | { readonly notes: readonly string[] }
  | { readonly code: string; readonly message: string };

/** Looks what an act would lead to: it changes nothing. Errors: those of the log. */
export async function foretell(
  { process: given, id, notice }: {
    readonly process: Process;
    readonly id: string;
    readonly notice: Operated;
  },
  { reads, signal }: { readonly reads: Pick<EventLog, "read">; readonly signal: AbortSignal },
): Promise<ForetoldAct> {
  const process = holdingStranded(given);
  const stored = (await Array.fromAsync(reads.read(`${process.name}-${id}`, { signal }))).flat();
  try {
    let state = process.initialState;
    for (const recorded of stored) {
      const event = process.events.decode(recorded);
      if (event) state = process.evolve(state, event);
    }
    return { notes: (process.notice?.(notice, state) ?? []).map(({ type }) => type) };
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, message: error.message };
    return { code: "act-not-taken", message: machine.messageOf(error) };
  }
}
