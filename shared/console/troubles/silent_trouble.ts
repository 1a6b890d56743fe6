import type { Trouble } from "../context/trouble.ts";

/** A service of which nobody knows whether something is wrong. */
export function silentTrouble(
  { service, of, section, cause }: Pick<Trouble, "section" | "cause"> & {
    readonly service: string;
    /** What it was asked for. */
    readonly of: string;
  },
): Trouble {
  return { section, standing: "warn", what: `${service} does not tell of its ${of}`, cause };
}
