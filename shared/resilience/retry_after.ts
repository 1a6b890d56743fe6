/** Nobody has to be told to wait longer: what is away for so long is not waited for. */
const mostSeconds = 3_600;

/**
 * The seconds that `Retry-After` asks for, as a number or as a date (RFC 9110, 10.2.3): 0 for a time that has passed, an
 * hour at most. Undefined where it is not there, or is nothing of the kind. `now`: milliseconds of the wall clock.
 */
export function retryAfterSeconds(
  headers: Headers,
  { now = Date.now }: { readonly now?: () => number } = {},
): number | undefined {
  const given = headers.get("Retry-After")?.trim();
  if (!given) return undefined;
  const seconds = /^\d{1,15}$/.test(given) ? Number(given) : secondsUntil(given, now());
  return seconds === undefined ? undefined : Math.min(Math.max(0, seconds), mostSeconds);
}

/** The form that is sent today; the two of before 1994 are not. What only resembles a date is passed over. */
const httpDate =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

function secondsUntil(given: string, now: number): number | undefined {
  if (!httpDate.test(given)) return undefined;
  const at = Date.parse(given);
  return Number.isNaN(at) ? undefined : Math.ceil((at - now) / 1_000);
}
