import { type Evidence, takeEvidence, type Witnesses } from "./evidence.ts";
import { judgeCommands } from "./judge_commands.ts";
import { judgeCompensations } from "./judge_compensations.ts";
import { judgeMoney } from "./judge_money.ts";
import { judgeNotifications } from "./judge_notifications.ts";
import { judgeOrders } from "./judge_orders.ts";
import { judgeReadModels } from "./judge_read_models.ts";
import { judgeStock } from "./judge_stock.ts";
import type { Verdict } from "./verdict.ts";

/**
 * The seven invariants, true whenever the shop is at rest. They are judged by the raw log, the tables and the answers
 * over HTTP alone: what judges the deciders must not be made of them.
 */
export async function checkInvariants(witnesses: Witnesses): Promise<Verdict[]> {
  return judge(await takeEvidence(witnesses));
}

/** In the order in which they are numbered. */
export function judge(evidence: Evidence): Verdict[] {
  return [
    judgeCommands(evidence),
    judgeOrders(evidence),
    judgeStock(evidence),
    judgeMoney(evidence),
    judgeCompensations(evidence),
    judgeReadModels(evidence),
    judgeNotifications(evidence),
  ];
}
