export {
  type FallbackOptions,
  type Served,
  type StaleAnswers,
  staleAnswers,
  withFallback,
} from "./fallback.ts";
export { type HedgeContext, type HedgeTimes, hedgeTimes, withHedge } from "./hedge.ts";
export { type PolicyStack, policyStack, type StackSettings } from "./policy_stack.ts";
export type { Act, CallOptions } from "./stack_parts.ts";
export { type Repetition, type RetryContext, withRetry } from "./retry.ts";
export { type RetryBudget, retryBudget, type RetryBudgetOptions } from "./retry_budget.ts";
export {
  createShedder,
  type Place,
  type Priority,
  type Refused,
  type Shedder,
  type ShedderOptions,
} from "./shedder.ts";
