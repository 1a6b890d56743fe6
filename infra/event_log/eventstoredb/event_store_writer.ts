import { type Appended, type ExpectedRevision, RevisionConflict } from "@headwater/core";
import type { AppendRequest, PreparedEvent } from "../append_request.ts";
import { newAppendMark, withAppendMark } from "./append_mark.ts";
import type { BatchAppender } from "./batch_appender.ts";
import type { ServerExpectation } from "./batch_append_request.ts";
import { KnownStreams } from "./known_streams.ts";
import type { MarkReader } from "./mark_reader.ts";
import type { StreamReader } from "./stream_reader.ts";

/** What others append to a stream between two appends of ours is mostly less. */
const fewEvents = 8;

/** Another process can win the race for a stream's end only so often before something is wrong. */
const maxLostRaces = 100;

/**
 * Gives appends the meaning that the port promises. On the server itself a repeat without an exact expectation is
 * known only for a while, and whether an append was one is not told.
 */
export class EventStoreWriter {
  readonly #appender: BatchAppender;
  readonly #reader: StreamReader;
  readonly #marks: Pick<MarkReader, "markAt">;
  readonly #known: KnownStreams;

  constructor({ appender, reader, marks }: {
    readonly appender: BatchAppender;
    readonly reader: StreamReader;
    readonly marks: Pick<MarkReader, "markAt">;
  }) {
    this.#appender = appender;
    this.#reader = reader;
    this.#marks = marks;
    this.#known = new KnownStreams({
      readBackwards: (stream, { few }) =>
        reader.events(stream, { direction: "backwards", firstPage: few ? fewEvents : undefined }),
    });
  }

  async append(request: AppendRequest): Promise<Appended> {
    const { stream, expected, events } = request;
    if (events.length === 0) return await this.#appendNothing(request);
    if (expected !== "any" && expected !== "stream-exists") {
      return await this.#write(request, expected);
    }
    return await this.#known.inTurn(stream, () => this.#appendUnlessKnown(request));
  }

  /** The expectation is made exact, by which the server knows repeats for ever. */
  async #appendUnlessKnown(request: AppendRequest): Promise<Appended> {
    const { stream, expected, events } = request;
    const ids = events.map(({ id }) => id);
    // Beyond what can be read where the stream's retention has cut events off.
    let last = -1;
    for (let lost = 0;; lost++) {
      const history = await this.#known.refresh(stream);
      const found = history.find(ids);
      last = Math.max(last, history.last);
      if (found === "partly") throw conflict(request, last);
      if (found) return found;
      if (expected === "stream-exists" && last === -1) throw conflict(request, -1);
      try {
        return await this.#write(request, last === -1 ? "no-stream" : last);
      } catch (error) {
        if (!(error instanceof RevisionConflict) || lost === maxLostRaces) throw error;
        last = error.actual ?? -1;
        if (error.actual === undefined) this.#known.forget(stream);
      }
    }
  }

  async #write(request: AppendRequest, expected: ServerExpectation): Promise<Appended> {
    const { stream, events } = request;
    const mark = newAppendMark();
    const place = await this.#appender.append({ stream, expected, events: marked(events, mark) });
    const found = await this.#marks.markAt({ stream, place, events: events.length });
    return { ...place, repeated: found !== mark };
  }

  /** Nothing is sent: the server would write an empty record. */
  async #appendNothing(request: AppendRequest): Promise<Appended> {
    const { stream, expected } = request;
    const last = await this.#reader.last(stream);
    const revision = last?.revision ?? -1;
    const holds = expected === "any" || revision === (expected === "no-stream" ? -1 : expected) ||
      expected === "stream-exists" && last !== undefined;
    if (!holds) throw conflict(request, revision);
    return { revision, position: last?.position ?? 0, repeated: false };
  }
}

function marked(events: readonly PreparedEvent[], mark: string): PreparedEvent[] {
  const last = events.at(-1)!;
  const metadata = withAppendMark(last.metadata as string, mark);
  return [...events.slice(0, -1), { ...last, metadata }];
}

function conflict(
  { stream, expected }: { readonly stream: string; readonly expected: ExpectedRevision },
  revision: number,
): RevisionConflict {
  return new RevisionConflict(stream, expected, revision === -1 ? undefined : revision);
}
