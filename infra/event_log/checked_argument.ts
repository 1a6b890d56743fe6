const controlCharacter = /\p{Cc}/u;

/** Throws a `TypeError` that begins with `subject` unless `name` is text that can name a stream or a type. */
export function requireName(name: unknown, subject: string): void {
  if (typeof name !== "string") throw new TypeError(`${subject} must be text`);
  if (name === "") throw new TypeError(`${subject} is empty`);
  const control = controlCharacter.exec(name)?.[0];
  if (control !== undefined) {
    const code = control.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    throw new TypeError(`${subject} contains the control character U+${code}`);
  }
  if (!name.isWellFormed()) throw new TypeError(`${subject} contains half a character`);
}

/** True for what can be a revision, a position or a number of events. */
export function isPlace(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Throws a `RangeError` that begins with `subject` unless `value` is left out or a whole number from 0. */
export function requirePlace(value: unknown, subject: string): void {
  if (value === undefined || isPlace(value)) return;
  throw new RangeError(`${subject} must be a whole number from 0, not ${String(value)}`);
}
