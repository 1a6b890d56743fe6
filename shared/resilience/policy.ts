export { type Repetition, type RetryContext, withRetry } from "./retry.ts";
export { type RetryBudget, retryBudget, type RetryBudgetOptions } from "./retry_budget.ts";
