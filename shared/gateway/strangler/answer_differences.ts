import microdiff from "microdiff";
import type { Strangles } from "./strangles.ts";

/** An answer, as far as it is compared. */
export type ComparedAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
};

/** A place in two answers, and what each has there; undefined: nothing. */
export type AnswerDifference = {
  /** For sums: `status`, `header content-type`, `body.items[].price`. */
  readonly field: string;
  readonly path: readonly (string | number)[];
  readonly legacy: unknown;
  readonly new: unknown;
};

const usualHeaders = ["content-type"];
/** Deeper JSON is compared as text: whoever compares goes down by calling himself. */
const deepest = 100;
const longestField = 200;

/**
 * Where two answers differ, each field once: in status, chosen headers, and the fields of JSON. Of answers of different
 * status nothing else is compared.
 */
export function answerDifferences(
  legacy: ComparedAnswer,
  found: ComparedAnswer,
  { headers = usualHeaders, ignore = [] }: NonNullable<Strangles["shadow"]> = {},
): readonly AnswerDifference[] {
  if (legacy.status !== found.status) {
    return [{ field: "status", path: ["status"], legacy: legacy.status, new: found.status }];
  }
  const all = [
    ...headers.flatMap((name) => headerDifference(name.toLowerCase(), [legacy, found])),
    ...bodyDifferences(legacy, found),
  ];
  const byField = new Map<string, AnswerDifference>();
  for (const difference of all) {
    const { field } = difference;
    if (!byField.has(field) && !isIgnored(field, ignore)) byField.set(field, difference);
  }
  return [...byField.values()];
}

function headerDifference(
  name: string,
  [legacy, found]: readonly [ComparedAnswer, ComparedAnswer],
): readonly AnswerDifference[] {
  const values = [legacy.headers.get(name) ?? undefined, found.headers.get(name) ?? undefined];
  if (values[0] === values[1]) return [];
  return [{ field: `header ${name}`, path: [name], legacy: values[0], new: values[1] }];
}

function bodyDifferences(
  legacy: ComparedAnswer,
  found: ComparedAnswer,
): readonly AnswerDifference[] {
  // Mostly so, and cheap
  if (isSame(legacy.body, found.body)) return [];
  const [one, other] = [textOf(legacy), textOf(found)];
  const revive = [one, other].some((text) => inherited.test(text)) ? withoutPrototype : undefined;
  const parsed = [jsonOf(legacy, { text: one, revive }), jsonOf(found, { text: other, revive })];
  if (!parsed[0] || !parsed[1]) {
    return one === other ? [] : [{ field: "body", path: ["body"], legacy: one, new: other }];
  }
  return microdiff(parsed[0], parsed[1], { cyclesFix: false }).map((difference) => ({
    field: fieldOf(difference.path),
    path: difference.path,
    legacy: difference.type === "CREATE" ? undefined : difference.oldValue,
    new: difference.type === "REMOVE" ? undefined : difference.value,
  }));
}

/** `body.items[].price`: which item it is does not matter. */
function fieldOf(path: readonly (string | number)[]): string {
  const field = path.map((part, index) =>
    typeof part === "number" ? "[]" : `${index === 0 ? "" : "."}${part}`
  ).join("");
  const short = field.length <= longestField ? field : `${field.slice(0, longestField)}…`;
  // PostgreSQL refuses NUL and half characters, and with them the whole batch
  return short.replaceAll(/\p{Cc}/gu, "\ufffd").toWellFormed();
}

function isIgnored(field: string, ignore: readonly string[]): boolean {
  return ignore.some((ignored) =>
    field === ignored || field.startsWith(`${ignored}.`) || field.startsWith(`${ignored}[`)
  );
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) {
    if (one[index] !== other[index]) return false;
  }
  return true;
}

function textOf({ body }: ComparedAnswer): string {
  return new TextDecoder().decode(body);
}

/** Undefined: it is none, or one that is too deep. */
function jsonOf(
  { headers }: ComparedAnswer,
  { text, revive }: {
    readonly text: string;
    readonly revive: ((name: string, value: unknown) => unknown) | undefined;
  },
): { readonly body: unknown } | undefined {
  if (!/\bjson\b/i.test(headers.get("Content-Type") ?? "") || isDeep(text)) return undefined;
  try {
    return { body: JSON.parse(text, revive) };
  } catch {
    return undefined;
  }
}

/** Names that objects have by nature, or what may be one, escaped: who parses without is several times as quick. */
const inherited = new RegExp(
  `"(${Object.getOwnPropertyNames(Object.prototype).join("|")})"|\\\\u`,
);

/** Else "constructor" would be a field of every object to microdiff, which looks with `in`. */
function withoutPrototype(_name: string, value: unknown): unknown {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? Object.setPrototypeOf(value, null) : value;
}

function isDeep(text: string): boolean {
  let depth = 0;
  let isText = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (isText) {
      if (character === "\\") index++;
      else if (character === '"') isText = false;
    } else if (character === '"') isText = true;
    else if (character === "{" || character === "[") {
      if (++depth > deepest) return true;
    } else if (character === "}" || character === "]") depth--;
  }
  return false;
}
