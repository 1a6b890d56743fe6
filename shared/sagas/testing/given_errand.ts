import { derivedId, type EventLog } from "@headwater/core";
import type { Process } from "../process.ts";
import { errandEvents } from "./errand_process.ts";
import { waitingProcess } from "./waiting_process.ts";

export { giveUpMs, remindMs } from "./waiting_process.ts";

/** The smallest process with times, for tests of other members. */
export const waiting: Process = waitingProcess;

/** The input that begins an instance of it. */
export async function giveErrand(log: Pick<EventLog, "append">, errandId: string): Promise<void> {
  const given = errandEvents.encode({ type: "ErrandGiven", data: { errandId } });
  const { type, data, schemaVersion } = given;
  const commandId = derivedId("give", errandId);
  const metadata = {
    ...{ $correlationId: commandId, $causationId: commandId },
    ...{ commandId, commandHash: "hash", schemaVersion },
  };
  const event = { id: derivedId(commandId, 0), type, data, metadata };
  await log.append(`errand-${errandId}`, [event], { expected: "no-stream" });
}
