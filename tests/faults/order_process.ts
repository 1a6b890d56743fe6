import { type LoneProcess, startAlone } from "./lone_process.ts";

/** A process that is the order service. */
export type OrderProcess = LoneProcess;

/** The order service alone, as it is deployed. Disposing kills it. */
export async function startOrder(
  env: Readonly<Record<string, string>>,
): Promise<OrderProcess> {
  return await startAlone(["service", "order"], { env });
}
