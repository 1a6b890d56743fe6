import type { ServerExpectation } from "../log/append_request.ts";

export type ModelEvent = { readonly id: string; readonly revision: number };

/** What an append or a deletion came to. */
export type ModelOutcome =
  | { readonly revision: number }
  | { readonly refused: "conflict"; readonly actual: number }
  | { readonly refused: "deleted" };

type ModelStream = {
  events: ModelEvent[];
  metadata: { $maxCount?: number; $tb?: number } | undefined;
  isTombstoned: boolean;
};

const deleted = Infinity;

/** EventStoreDB's rules for streams, as short as they can be told: what the server is compared with. */
export class StreamModel {
  readonly #streams = new Map<string, ModelStream>();

  append(name: string, { expected, ids }: {
    readonly expected: ServerExpectation;
    readonly ids: readonly string[];
  }): ModelOutcome {
    const stream = this.#stream(name);
    const verdict = this.#check(stream, { expected, ids });
    if (verdict) return verdict;
    const before = lastOf(stream);
    stream.events.push(...ids.map((id, index) => ({ id, revision: before + 1 + index })));
    if (stream.metadata?.$tb === deleted) stream.metadata = { ...stream.metadata, $tb: before + 1 };
    return { revision: lastOf(stream) };
  }

  delete(name: string, expected: ServerExpectation): ModelOutcome {
    const stream = this.#stream(name);
    const verdict = this.#check(stream, { expected, ids: ["a new one"] });
    if (verdict) return verdict;
    if (lastOf(stream) < 0 && !stream.metadata) return { refused: "conflict", actual: -1 };
    stream.metadata = { $tb: deleted };
    return { revision: 0 };
  }

  tombstone(name: string, expected: ServerExpectation): ModelOutcome {
    const stream = this.#stream(name);
    const verdict = this.#check(stream, { expected, ids: ["a new one"] });
    if (verdict) return verdict;
    stream.isTombstoned = true;
    return { revision: Infinity };
  }

  setMetadata(name: string, metadata: { $maxCount?: number; $tb?: number }): ModelOutcome {
    const stream = this.#stream(name);
    if (stream.isTombstoned) return { refused: "deleted" };
    const revives = stream.metadata?.$tb === deleted;
    stream.metadata = revives ? { ...metadata, $tb: lastOf(stream) + 1 } : metadata;
    return { revision: 0 };
  }

  /** Revisions and ids of what can be read. */
  read(name: string): readonly ModelEvent[] | "missing" | "deleted" {
    const { events, metadata, isTombstoned } = this.#stream(name);
    if (isTombstoned) return "deleted";
    if (events.length === 0 || metadata?.$tb === deleted) return "missing";
    const first = Math.max(metadata?.$tb ?? 0, events.length - (metadata?.$maxCount ?? Infinity));
    return events.filter(({ revision }) => revision >= first);
  }

  #check(stream: ModelStream, { expected, ids }: {
    readonly expected: ServerExpectation;
    readonly ids: readonly string[];
  }): ModelOutcome | undefined {
    const last = lastOf(stream);
    const isSoftDeleted = stream.metadata?.$tb === deleted;
    const conflict = { refused: "conflict", actual: last } as const;
    if (stream.isTombstoned) return { refused: "deleted" };
    if (expected === "stream-exists") {
      if (isSoftDeleted) return { refused: "deleted" };
      if (last < 0 && !stream.metadata) return conflict;
    }
    if (expected === "any" || expected === "stream-exists") {
      const known = ids.map((id) => stream.events.find((event) => event.id === id));
      if (ids.length === 0 || !known[0]) return undefined;
      // Not the original's: ids that were written elsewhere too do not hide the append that is repeated
      const isDistinct = new Set(ids).size === ids.length;
      const start = isDistinct
        ? stream.events.findIndex((_, at) =>
          ids.every((id, index) => stream.events[at + index]?.id === id)
        )
        : -1;
      if (start !== -1) return { revision: start + ids.length - 1 };
      return known.every((event) => event) ? { revision: known.at(-1)!.revision } : conflict;
    }
    const at = expected === "no-stream" ? -1 : expected;
    if (at === last) return undefined;
    if (at > last || ids.length === 0) return conflict;
    const same = ids.map((id, index) => stream.events[at + 1 + index]?.id === id);
    if (same.every(Boolean)) return { revision: at + ids.length };
    return !same[0] && expected === "no-stream" && isSoftDeleted ? undefined : conflict;
  }

  #stream(name: string): ModelStream {
    let stream = this.#streams.get(name);
    if (!stream) {
      stream = { events: [], metadata: undefined, isTombstoned: false };
      this.#streams.set(name, stream);
    }
    return stream;
  }
}

function lastOf({ events }: ModelStream): number {
  return events.length - 1;
}
