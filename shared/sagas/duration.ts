/** `30s`, `15m`: milliseconds, seconds, minutes, hours, days. */
export type Duration = `${number}${keyof typeof unitsMs}`;

/** What one of each unit is. */
export const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** In milliseconds. Errors: it is none, or not above zero. */
export function durationMs(duration: Duration): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration) ?? [];
  const ms = Number(count) * (unitsMs[unit as keyof typeof unitsMs] ?? NaN);
  if (ms > 0) return ms;
  throw new Error(`Cannot read "${duration}" as a duration: 500ms, 30s, 15m, 2h and 1d are some`);
}
