import { type EventSchemas, machine, Refusal, Unavailable } from "@headwater/core";
import type { Process } from "./process.ts";

/** A process cannot take an input: its own code has thrown, which it does again with the same input. */
export class InputRefused extends Error {
  override readonly name = "InputRefused";
}

/** The process, whose code throws nothing but `InputRefused`, or what a machine is at fault for. */
export function refusing(process: Process): Process {
  const { events, notice, timers } = process;
  const schemas: EventSchemas = {
    ...events,
    encode: (event) => orRefused(() => events.encode(event)),
    decode: (recorded) => orRefused(() => events.decode(recorded)),
  };
  return {
    ...process,
    events: schemas,
    inputs: process.inputs.map((inputs) => ({
      ...inputs,
      decode: (recorded) => orRefused(() => inputs.decode(recorded)),
    })),
    key: (input) => orRefused(() => process.key(input)),
    react: (input, state, context) => orRefused(() => process.react(input, state, context)),
    evolve: (state, event) => orRefused(() => process.evolve(state, event)),
    ...(timers && { timers: (state) => orRefused(() => timers(state)) }),
    ...(notice && { notice: (given, state) => orRefused(() => notice(given, state)) }),
  };
}

function orRefused<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (cause) {
    // An act that is refused is no fault of the code
    const isMeant = cause instanceof InputRefused || cause instanceof Refusal;
    if (isMeant || Unavailable.isCauseOf(cause)) throw cause;
    throw new InputRefused(machine.messageOf(cause), { cause });
  }
}
