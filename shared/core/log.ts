/** Structured logging; `error` values are given under the field `error`. */
export interface Log {
  /** What helps whoever looks for a fault. */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What operators like to know. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What passes by itself, or is dealt with. */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What somebody must look into. */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Says nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
