import { persistentMap } from "@headwater/core";

/** What an event has changed in a state: a path, and the values there. Undefined: there was none, or is none any more. */
export type StateChange = {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
};

const mostChanges = 200;

/** The leaves that differ, in the order of the paths; of very many the first. */
export function stateChanges(before: unknown, after: unknown): readonly StateChange[] {
  const changes: StateChange[] = [];
  function compare(path: string, one: unknown, other: unknown): void {
    if (changes.length >= mostChanges || one === other) return;
    if (!isRecord(one) || !isRecord(other)) {
      const differ = JSON.stringify(one) !== JSON.stringify(other);
      if (differ) changes.push({ path: path || "state", before: one, after: other });
      return;
    }
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
      compare(path === "" ? name : `${path}.${name}`, one[name], other[name]);
    }
  }
  compare("", before, after);
  return changes;
}

/** The same as people read it: maps of states are trees, which are shown by their entries. */
export function plainState(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainState);
  if (!isRecord(value)) return value;
  const entries = isTree(value) ? persistentMap.entries(value) : Object.entries(value);
  return Object.fromEntries(Array.from(entries, ([name, own]) => [name, plainState(own)]));
}

function isTree(value: Readonly<Record<string, unknown>>): value is Tree {
  const names = Object.keys(value);
  if (names.length === 1) return value["size"] === 0;
  return names.length === 5 && treeParts.every((name) => Object.hasOwn(value, name));
}

type Tree = persistentMap.PersistentMap<unknown> & Readonly<Record<string, unknown>>;

const treeParts = ["size", "key", "value", "left", "right"];

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
