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
