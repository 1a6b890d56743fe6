import { Refusal } from "@headwater/core";
import type { Process } from "./process.ts";

/** True for an instance that runs by a version of its definition that the code here lacks. */
export function isStranded(
  { versions }: Pick<Process, "versions">,
  version: number | undefined,
): boolean {
  return versions !== undefined && version !== undefined && !versions.includes(version);
}

/** The process, which leaves its stranded instances alone: they are stuck, and say why. */
export function holdingStranded(process: Process): Process {
  const { versions, tells, timers, notice } = process;
  if (!versions || !tells) return process;
  const strandedBy = (state: unknown): number | undefined => {
    const { version } = tells(state);
    return isStranded(process, version) ? version : undefined;
  };
  function cause(version: number): string {
    return `it runs by version ${version}, which this release lacks: it has ${
      versions?.join(", ") || "none"
    }`;
  }
  return {
    ...process,
    outstanding: (state) => strandedBy(state) === undefined ? process.outstanding(state) : [],
    tells(state) {
      const told = tells(state);
      const version = strandedBy(state);
      if (version === undefined || told.stuck) return told;
      return { ...told, stuck: { step: "", cause: cause(version) } };
    },
    ...(timers && {
      timers: (state) => strandedBy(state) === undefined ? timers(state) : [],
    }),
    ...(notice && {
      notice(given, state) {
        const version = strandedBy(state);
        if (version === undefined) return notice(given, state);
        if (given.type !== "Operated") return [];
        throw new Refusal("saga-stranded", `Cannot ${given.act}: ${cause(version)}`);
      },
    }),
  };
}
