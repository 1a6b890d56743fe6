import type { ProcessRecords } from "./process_records.ts";

/** What health says of instances that cannot go on without operators; undefined: there are none. */
export async function stuckWarning(
  records: Pick<ProcessRecords, "stuck">,
): Promise<string | undefined> {
  const { count, first } = await records.stuck();
  if (!first) return undefined;
  const others = count === 1 ? "" : `, and ${count - 1} more`;
  const at = first.step === null ? "" : ` at ${first.step}`;
  return `Stuck: "${first.id}"${at}: ${first.cause}${others} (sagas list --state stuck)`;
}
