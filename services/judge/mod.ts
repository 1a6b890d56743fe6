export { listSagas, type Table, takeEvidence } from "./evidence.ts";
export { checkInvariants, judge } from "./invariants.ts";
export { factsOf, orderIdOf, outstandingOf } from "./order_facts.ts";
export type { PlainEvent } from "./plain_event.ts";
export { count, type Verdict } from "./verdict.ts";
export {
  type Acknowledged,
  type Answer,
  type CommandAnswer,
  type Placement,
  ShopClient,
} from "./shop_client.ts";
export { type Patience, sendPatiently } from "./send_patiently.ts";
