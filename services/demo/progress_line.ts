/** Where progress is shown. */
export type Screen = {
  readonly isTerminal: boolean;
  write(text: string): void;
};

export type ProgressLine = {
  /** What is going on now, in place of what was. */
  show(text: string): void;
  /** A line that stays. */
  print(line: string): void;
  /** Nothing is going on any more. */
  clear(): void;
};

/** Milliseconds between two lines where a line cannot be written over. */
const plainPauseMs = 1_000;

/** One line that is written over on a terminal, a line now and then elsewhere. */
export function progressLine(screen: Screen, now = () => performance.now()): ProgressLine {
  let shownAt = -Infinity;
  let showing = "";

  return {
    show(text) {
      if (text === showing) return;
      if (screen.isTerminal) {
        screen.write(`\r\x1b[2K${text}`);
      } else if (now() - shownAt >= plainPauseMs) {
        shownAt = now();
        screen.write(`${text}\n`);
      }
      showing = text;
    },
    print(line) {
      screen.write(screen.isTerminal && showing !== "" ? `\r\x1b[2K${line}\n` : `${line}\n`);
      showing = "";
    },
    clear() {
      if (screen.isTerminal && showing !== "") screen.write("\r\x1b[2K");
      showing = "";
    },
  };
}
