/** What a process that is measured is to do with instances that wait; it is given as JSON. */
export type TimersWork = {
  /** `take in`: what the log has of them is heard; `wait`: they wait already, and some more come that are due soon. */
  readonly what: "take in" | "wait";
  /** A file of the embedded event log. */
  readonly log: string;
  /** Of a PostgreSQL database. */
  readonly databaseUrl: string;
  /** How many wait. */
  readonly instances: number;
};

/** What it was like. */
export type TimersWorked = {
  /** From the process manager's start until it has heard all that there is, and is healthy. */
  readonly startedMs: number;
  /** By how much the memory of its process had grown in the end, after a garbage collection. */
  readonly grewMb: number;
  /** … and what lives in the heap. */
  readonly heapGrewMb: number;
  /** How long after its time each of those was told that were due. */
  readonly lateMs: readonly number[];
};

/** Of what a log must have that the process hears: what one waits for. */
export function wait(id: string, dueAt: string) {
  return {
    stream: `reminder-${id}`,
    event: {
      id: crypto.randomUUID(),
      type: "ReminderAsked",
      data: { id, dueAt },
      metadata: {
        $correlationId: id,
        $causationId: id,
        commandId: id,
        commandHash: "hash",
        schemaVersion: 1,
      },
    },
  };
}
