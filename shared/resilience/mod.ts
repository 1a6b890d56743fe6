export { type Breaker, type BreakerOptions, type BreakerState, createBreaker } from "./breaker.ts";
export { type Bulkhead, type BulkheadOptions, createBulkhead } from "./bulkhead.ts";
export { meteredClient, observeTargets } from "./client_metrics.ts";
export type { MeasuredTarget } from "./call_book.ts";
export { type DeadlineOptions, withDeadline } from "./deadline.ts";
export { receivedAttempt } from "./attempt_header.ts";
export { deadlineHeader, receivedMs } from "./deadline_header.ts";
/** The numbers of the policies, by target; how calls stand, and what operators do to them. */
export * as calls from "./calls.ts";
export {
  createResilientClient,
  type ResilienceOptions,
  type ResilientClient,
  type TargetState,
} from "./resilient_client.ts";
export type { RetryOptions } from "./retry.ts";
/** More policies, each around any function. */
export * as policy from "./policy.ts";
export { preferences, preferredWaitSeconds } from "./preferred_wait.ts";
export { bodyLimit, readBytes, readText } from "./read_body.ts";
export { joinedBytes } from "./joined_bytes.ts";
export { BadAnswer } from "./bad_answer.ts";
export { isEventStream, WholeAnswer } from "./service_answer.ts";
export { BadInput, BodyTooLarge, BodyTooSlow, type InputIssue } from "./bad_input.ts";
