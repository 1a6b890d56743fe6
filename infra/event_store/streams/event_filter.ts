import { compileRegex } from "./compile_regex.ts";

/** Which events of the whole log a reader wants. */
export type EventFilter = {
  readonly by: "stream" | "type";
  /** Tests the stream's name, or the type. */
  matches(text: string): boolean;
  /** The same filter has the same key. */
  readonly key: string;
};

export type FilterExpression = {
  /** Counts where it is not empty. */
  readonly regex: string;
  /** One of them is enough; without any, nothing passes. */
  readonly prefixes: readonly string[];
};

/** Streams in which persistent subscriptions to the whole log keep their state: it would feed on itself. */
const hiddenStream = /^\$persistentsubscription-\$all::.*-(checkpoint|parked)$/s;

/** What no reader of the whole log is shown. */
export function isHidden(stream: string): boolean {
  return stream.charCodeAt(0) === 0x24 && hiddenStream.test(stream);
}

/** A filter of what it says. Errors: `SyntaxError` of a regex that cannot be. */
export function eventFilter(
  by: EventFilter["by"],
  { regex, prefixes }: FilterExpression,
): EventFilter {
  const key = JSON.stringify([by, regex, prefixes]);
  if (regex !== "") {
    const pattern = compileRegex(regex);
    return { by, key, matches: (text) => pattern.test(text) };
  }
  const [only] = prefixes;
  if (prefixes.length === 1) return { by, key, matches: (text) => text.startsWith(only!) };
  return { by, key, matches: (text) => prefixes.some((prefix) => text.startsWith(prefix)) };
}

/** The filter whose key this is. */
export function filterOfKey(key: string): EventFilter {
  const [by, regex, prefixes] = JSON.parse(key) as [EventFilter["by"], string, string[]];
  return eventFilter(by, { regex, prefixes });
}
