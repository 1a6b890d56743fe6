import type { Log } from "./log.ts";

/** From what helps whoever looks for a fault to what somebody must look into, as `Log` has them. */
export const logLevels = ["debug", "info", "warn", "error"] as const;
/** One of them. */
export type LogLevel = typeof logLevels[number];

/** What was said, and how loud. */
export type LogEntry = {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

/**
 * A log whose entries from `lowest` on are written, one by one. It never throws: who says something has other things to do
 * than to heed that nobody reads it any more, or that the disk is full. The next entry says in `linesLost` how many were
 * not written.
 */
export function levelledLog(
  lowest: LogLevel,
  /** May throw: then the entry is lost. */
  write: (entry: LogEntry) => void,
): Log {
  let linesLost = 0;

  function at(level: LogLevel): Log["info"] {
    if (logLevels.indexOf(level) < logLevels.indexOf(lowest)) return () => {};
    return (message, fields = {}) => {
      try {
        write({ level, message, fields: linesLost > 0 ? { ...fields, linesLost } : fields });
        linesLost = 0;
      } catch {
        linesLost++;
      }
    };
  }

  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** The same log, with `bound` added to every entry. */
export function withFields(log: Log, bound: Readonly<Record<string, unknown>>): Log {
  return {
    debug: (message, fields) => log.debug(message, { ...bound, ...fields }),
    info: (message, fields) => log.info(message, { ...bound, ...fields }),
    warn: (message, fields) => log.warn(message, { ...bound, ...fields }),
    error: (message, fields) => log.error(message, { ...bound, ...fields }),
  };
}

/** In one line: it may quote what a client sent, which must neither begin a line of its own nor steer the terminal. */
export function inOneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}
