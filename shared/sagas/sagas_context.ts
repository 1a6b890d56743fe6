import type { EventLog } from "@headwater/core";
import type { Sql } from "postgres";
import type { Process } from "./process.ts";

/** What operators' acts on process managers are done to. */
export type SagasContext = {
  readonly databases: readonly {
    /** Those that keep their records in it. */
    readonly sagas: readonly Process[];
    readonly sql: Sql;
  }[];
  /** For looks at stories; absent where nobody can read it. */
  readonly reads?: Pick<EventLog, "read" | "readAll">;
  /** Who it is that acts; default: an operator. */
  readonly actor?: string;
  /** How long an act waits for what becomes of it; default: 10 s. */
  readonly patienceMs?: number;
  /** Milliseconds since 1970. */
  now?(): number;
};
