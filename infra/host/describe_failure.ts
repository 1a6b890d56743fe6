/**
 * Why a command ended, for people. What this project throws about machines and settings says all there is to say in its
 * message, which is one line for each thing; whatever else is thrown is a bug, and comes with its stack.
 */
export function describeFailure(error: unknown): unknown {
  const isOurs = error instanceof Error && /^Cannot \w/.test(error.message) && !isBug(error);
  return isOurs ? error.message : error;
}

/** JavaScript's own errors, also where something else was thrown because of them. */
function isBug(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return [TypeError, ReferenceError, RangeError, SyntaxError].some((kind) =>
    error instanceof kind
  ) ||
    isBug(error.cause);
}
