/** Says, of a request that was sent before, which attempt it is: whoever gets it tries nothing again on its behalf. */
export const attemptHeader = "X-Attempt";

/** Which attempt a request is; 1 where it does not say, or not in a way that is understood. */
export function receivedAttempt(headers: Headers): number {
  const given = headers.get(attemptHeader);
  return given !== null && /^[1-9]\d{0,2}$/.test(given) ? Number(given) : 1;
}
