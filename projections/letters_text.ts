import { machine } from "@headwater/core";
import { classWords, laneText } from "./letter.ts";
import { grouped, parkedText } from "./status_table.ts";
import type { StoredLetter } from "./stored_letters.ts";

/** Letters for people: a line each. */
export function listText(
  letters: readonly StoredLetter[],
  { dropped }: { readonly dropped: boolean },
): string {
  if (letters.length === 0) return dropped ? "Nothing was dropped" : "Nothing is parked";
  const lines = letters.map((letter) => {
    const { id, key, byStream, revision, type, stream, attempts } = letter;
    const where = byStream ? `stream "${key}"` : `"${key}"`;
    const event = `event ${revision} ("${type}") of "${stream}"`;
    const why = letter.class === "behind"
      ? classWords.behind
      : `${classWords[letter.class]}, tried ${attempts} times: ${letter.cause}`;
    const end = dropped ? `dropped ${letter.droppedAt}: ${letter.reason}` : why;
    return machine.inOneLine(`${id}  ${where}  ${event}  ${end}`);
  });
  const keys = new Set(letters.map((letter) => `${letter.name} ${laneText(letter)}`)).size;
  const head = `${grouped(letters.length)} letters, ${parkedText(keys)}`;
  return dropped ? lines.join("\n") : [head, ...lines].join("\n");
}

/** One letter with its event, for people. */
export function letterText(
  letter: StoredLetter & {
    readonly service: string;
    readonly behind: number;
    readonly event: unknown;
  },
): string {
  const { event, ...rest } = letter;
  const lines = Object.entries(rest).filter(([, value]) => value !== null).map(([name, value]) =>
    machine.inOneLine(`${name.padEnd(12)}${value}`)
  );
  return [...lines, "event", JSON.stringify(event, null, 2)].join("\n");
}
