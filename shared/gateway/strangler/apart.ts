import { AsyncLocalStorage } from "node:async_hooks";

const outside = AsyncLocalStorage.snapshot();

/** Runs what a request has led to and does not wait for: under no deadline, and it does not end with the request. */
export function apart<Result>(act: () => Result): Result {
  return outside(act);
}
