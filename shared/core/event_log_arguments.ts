import type {
  ExpectedRevision,
  NewEvent,
  ReadAllOptions,
  ReadOptions,
  SubscribeOptions,
} from "./event_log.ts";
import { positionOf } from "./log_mark.ts";

/** An append that a log can take, its content as JSON text: what the caller does to it afterwards changes nothing. */
export type CheckedAppend = {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly {
    /** In lower case. */
    readonly id: string;
    readonly type: string;
    readonly data: string;
    readonly metadata: string;
  }[];
};

const controlCharacter = /\p{Cc}/u;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** An append is written in one go, so its size bounds how long the event loop stands still. */
const maxBytes = 16 * 1024 * 1024;
/** What an event takes beside its content, give or take. */
const bytesPerEvent = 200;

/** Checks what a caller wants to append, the same for every log. Errors: `TypeError`, `RangeError`. */
export function checkedAppend(
  stream: string,
  events: readonly NewEvent[],
  { expected }: { readonly expected: ExpectedRevision },
): CheckedAppend {
  const action = `Cannot append to stream ${JSON.stringify(stream)}`;
  requireName(stream, `${action}: its name`);
  if (expected !== "no-stream" && !isPlace(expected)) {
    throw new RangeError(
      `${action}: expected revision must be a whole number from 0 or "no-stream", not ${
        JSON.stringify(expected) ?? String(expected)
      }`,
    );
  }
  const checked = events.map((event, index) => check(event, `${action}: event ${index + 1}`));
  const bytes = checked.reduce(
    (sum, { data, metadata }) => sum + data.length + metadata.length + bytesPerEvent,
    0,
  );
  if (bytes > maxBytes) {
    throw new RangeError(`${action}: its events take ${bytes} bytes, ${maxBytes} are allowed`);
  }
  return { stream, expected, events: checked };
}

/** Checks what a caller wants to read; what is thrown begins with `action`. Errors: `TypeError`, `RangeError`. */
export function checkReading(
  action: string,
  asked:
    & { readonly stream?: string }
    & Pick<ReadOptions, "from">
    & Pick<ReadAllOptions, "limit">
    & Pick<SubscribeOptions, "after">,
): void {
  if ("stream" in asked) requireName(asked.stream, `${action}: its name`);
  const { from, after, limit } = asked;
  for (const [name, value] of Object.entries({ from, after: positionOf(after), limit })) {
    if (value === undefined || isPlace(value)) continue;
    throw new RangeError(`${action}: "${name}" must be a whole number from 0, not ${value}`);
  }
}

function check(event: NewEvent, subject: string): CheckedAppend["events"][number] {
  if (typeof event.id !== "string" || !uuid.test(event.id)) {
    throw new TypeError(`${subject} has an id that is not a UUID: ${JSON.stringify(event.id)}`);
  }
  requireName(event.type, `${subject}: its type`);
  return {
    id: event.id.toLowerCase(),
    type: event.type,
    data: toJson(event.data, `${subject}: its data`),
    metadata: toJson(event.metadata, `${subject}: its metadata`),
  };
}

function toJson(value: unknown, subject: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new TypeError(`${subject} cannot be written as JSON`, { cause });
  }
  if (text === undefined) throw new TypeError(`${subject} cannot be written as JSON`);
  return text;
}

function requireName(name: unknown, subject: string): void {
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
function isPlace(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
