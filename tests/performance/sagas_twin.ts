import type { EventLog, eventLog } from "@headwater/core";

/** Events that a saga leads to, its own and those of who takes part in it, in the order in which one waits for another. */
const succeeding = [
  ["trip", "TripPlanned"],
  ["booking", "SagaStarted"],
  ...["flight", "car", "hotel"].flatMap((step) => [[step, "Booked"], ["booking", "StepDone"]]),
] as const;

const refused = [
  ...succeeding.slice(0, -2),
  ["hotel", "Refused"],
  ["booking", "StepRefused"],
  ...["car", "flight"].flatMap((step) => [[step, "Cancelled"], ["booking", "StepDone"]]),
] as const;

/** What a saga writes to the log, one append after the other, with nobody who decides, listens or sends. */
export async function bareSaga(
  log: Pick<EventLog, "append">,
  { isFull }: { readonly isFull: boolean },
): Promise<void> {
  const id = crypto.randomUUID();
  const revisions = new Map<string, number>();
  for (const [category, type] of isFull ? refused : succeeding) {
    const stream = `${category}-${id}`;
    const { revision } = await log.append(stream, [newEvent(id, type!)], {
      expected: revisions.get(stream) ?? "no-stream",
    });
    revisions.set(stream, revision);
  }
}

/** As large as those of the engine. */
function newEvent(tripId: string, type: string): eventLog.NewEvent {
  const commandId = crypto.randomUUID();
  return {
    id: crypto.randomUUID(),
    type,
    data: { tripId, seats: 2, step: "flight" },
    metadata: {
      $correlationId: tripId,
      $causationId: commandId,
      commandId,
      commandHash: "k9v3yO0q9rC7m2hJ1n5sX4b8w6t0Zp3u1f7d5gQaLcE",
      schemaVersion: 1,
    },
  };
}
