/** Whether an invariant holds, and what was counted or who breaks it. */
export type Verdict = {
  readonly name: string;
  readonly holds: boolean;
  readonly detail: string;
};

const offendersShown = 3;

/** Without offenders it holds. */
export function verdict(
  name: string,
  { counted, offenders }: { readonly counted: string; readonly offenders: readonly string[] },
): Verdict {
  if (offenders.length === 0) return { name, holds: true, detail: counted };
  const shown = offenders.slice(0, offendersShown).join("; ");
  const more = offenders.length - offendersShown;
  return { name, holds: false, detail: more > 0 ? `${shown}; and ${more} more` : shown };
}

/** `1 order`, `2 orders`. */
export function count(number: number, ...[noun, plural = `${noun}s`]: readonly string[]): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
