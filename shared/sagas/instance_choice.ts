import { Refusal } from "@headwater/core";
import type { Sql } from "postgres";
import { z } from "zod";
import { unitsMs } from "./duration.ts";
import {
  askedStates,
  type InstanceFilter,
  type InstanceStatus,
  isAskedFor,
  statusOf,
} from "./instance_status.ts";
import { listInstances } from "./list_instances.ts";
import type { Process } from "./process.ts";
import type { SagasContext } from "./sagas_context.ts";

/** Unlike the duration of a definition it may be none: `0s`. */
const age = z.string().regex(
  /^\d{1,6}[smhd]$/,
  "Must be a whole number and s, m, h or d: 90s, 10m, 2h, 1d",
);

/** The id of an instance, as operators give it. */
export const instanceId = z.string().min(1).max(1_000)
  .refine((given) => !/\p{Cc}/u.test(given), "Must not contain control characters")
  .refine((given) => given.isWellFormed(), "Must be well-formed Unicode");

/** By what operators say which instances they mean. */
export const filterArgs = {
  state: z.enum(askedStates).optional(),
  older: age.optional(),
  step: z.string().min(1).optional(),
  key: z.string().min(1).optional(),
  failure: z.string().min(1).optional(),
};

/** The same, understood. */
export function filterOf(
  { older, ...asked }: {
    readonly state?: InstanceFilter["state"];
    readonly older?: string | undefined;
    readonly step?: string | undefined;
    readonly key?: string | undefined;
    readonly failure?: string | undefined;
    readonly process?: string | undefined;
  },
): InstanceFilter {
  const olderMs = older === undefined
    ? undefined
    : parseInt(older) * unitsMs[older.at(-1) as "s" | "m" | "h" | "d"];
  return { ...asked, olderMs };
}

/** A process that keeps its records in a database. */
export type OperatedProcess = { readonly process: Process; readonly sql: Sql };

/** The processes of that name, or all. `act`: what is to be done, for who is told that there is none. */
export function operatedProcesses(
  { databases }: SagasContext,
  { name, act }: { readonly name: string | undefined; readonly act: string },
): readonly OperatedProcess[] {
  const all = databases.flatMap(({ sagas, sql }) => sagas.map((process) => ({ process, sql })));
  const some = all.filter(({ process }) => name === undefined || process.name === name);
  if (some.length > 0 || name === undefined) return some;
  const known = all.map(({ process }) => process.name).join(", ") || "none";
  throw new Refusal("saga-unknown", `Cannot ${act} of "${name}": known are ${known}`);
}

/** An unfinished instance that operators mean. */
export type ChosenInstance = OperatedProcess & { readonly status: InstanceStatus };

/** The unfinished instances of these processes that are asked for, longest running first. */
export async function chosenInstances(
  processes: readonly OperatedProcess[],
  { id = null, filter, now }: {
    readonly id?: string | null;
    readonly filter: InstanceFilter;
    /** Milliseconds since 1970. */
    readonly now: number;
  },
): Promise<readonly ChosenInstance[]> {
  const databases = Map.groupBy(processes, ({ sql }) => sql);
  const found = await Promise.all(
    databases.entries().map(async ([sql, own]) => {
      const records = await listInstances(sql, { id });
      return records.flatMap((record) => {
        const operated = own.find(({ process }) => process.name === record.process);
        const status = statusOf(record, now);
        return operated && isAskedFor(status, filter) ? [{ ...operated, status }] : [];
      });
    }),
  );
  return found.flat();
}
