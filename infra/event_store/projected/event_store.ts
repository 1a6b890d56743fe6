import { eventLog, type Log, silentLog } from "@headwater/core";
import type { AppendRequest } from "../log/append_request.ts";
import type { Outcome } from "../log/append_writer.ts";
import { uuidToBytes } from "../log/event_id.ts";
import type { SqliteStore } from "../log/sqlite_store.ts";
import { contentText, jsonMark, type StoredEvent } from "../log/stored_event.ts";
import { metastreamOf } from "../log/stream_metadata.ts";
import { type AllPage, type AllRange, AllReader } from "../streams/all_reader.ts";
import { LiveEvents } from "../streams/live_events.ts";
import type { ProjectedLink } from "./projected_stream.ts";
import { StandardProjections } from "./standard_projections.ts";
import { type StreamPage, type StreamRange, StreamReader } from "../streams/stream_reader.ts";

/** Many events leave in one write; more to a page are no faster. */
export const pageEvents = 512;

/** An event that the server writes on its own account. */
export type InternalEvent = {
  readonly type: string;
  /** Text; JSON unless `isJson` is false. */
  readonly data: string;
  readonly metadata?: string;
  readonly isJson?: boolean;
  /** UUID; default: a new one. */
  readonly id?: string;
};

/** What a reader gets: the event, the link that led to it, or a link that leads nowhere. */
export type ResolvedEvent = {
  readonly event: StoredEvent | undefined;
  readonly link: StoredEvent | undefined;
};

/**
 * What the rpcs of the server do to the log. Whoever needs the log within the server takes it from here:
 *
 * - `append` and `appendInternal` write through the one group commit, with EventStoreDB's checks;
 * - `readStream` and `readAll` give a page at a time, as metadata allows, giving way to others before each page;
 * - `live` tells of what was just written, before the append is answered: nothing is missed between a page that was
 *   read with `last` and a watcher that was set before it;
 * - `resolve` follows a link.
 *
 * Errors: `Unavailable` once the store is closed or the disk fails.
 */
export class EventStore {
  readonly live: LiveEvents = new LiveEvents();
  readonly now: () => Date;
  readonly projections: StandardProjections;
  readonly #store: SqliteStore;
  readonly #logger: Log;
  readonly #streams: StreamReader;
  readonly #all: AllReader;

  constructor(
    store: SqliteStore,
    { standardProjections, logger = silentLog }: {
      readonly standardProjections: boolean;
      readonly logger?: Log;
    },
  ) {
    this.#store = store;
    this.#logger = logger;
    this.now = store.now;
    this.#streams = new StreamReader(store.database, store.now);
    this.#all = new AllReader(store.database);
    this.projections = new StandardProjections(store, {
      streams: this.#streams,
      live: this.live,
      started: standardProjections,
    });
    store.onCommit((events) => this.#publish(events));
  }

  /** Position of the last event; 0: none. Positions grow by one from 1. */
  get head(): number {
    return this.#store.head;
  }

  /** What it keeps in memory so as not to read it again: bytes, estimated. */
  get cachedBytes(): number {
    return this.#store.cachedBytes + this.#all.bytes;
  }

  /** A fresh log begins with a system event, as on the original. */
  async prepare(): Promise<void> {
    if (this.head > 0) return;
    const data = JSON.stringify({
      $maxAge: 30 * 24 * 60 * 60,
      $acl: { $r: ["$admins"], $w: [], $d: [], $mr: [], $mw: [] },
    });
    await this.appendInternal(metastreamOf("$scavenges"), [{ type: "$metadata", data }]);
  }

  append(request: AppendRequest): Promise<Outcome> {
    return this.#store.append(request);
  }

  /** Writes events of the server's own, whatever the stream is like. */
  appendInternal(stream: string, events: readonly InternalEvent[]): Promise<Outcome> {
    return this.append({
      stream,
      category: eventLog.categoryOf(stream),
      expected: "any",
      events: events.map((
        { type, data, metadata = "", isJson = true, id = crypto.randomUUID() },
      ) => ({
        id: uuidToBytes(id),
        type,
        data,
        metadata,
        json: isJson ? jsonMark.claimed : jsonMark.none,
      })),
    });
  }

  /** A stream that was written comes before one that is projected under the same name. */
  async readStream(name: string, range: StreamRange): Promise<StreamPage> {
    const action = `Cannot read stream "${name}"`;
    const page = await this.#store.page(() => this.#streams.read(name, range), { action });
    return page.state === "missing" ? await this.projections.read(name, range) ?? page : page;
  }

  readAll(range: AllRange): Promise<AllPage> {
    return this.#store.page(() => this.#all.read(range), { action: "Cannot read the event log" });
  }

  /** Parsed newest metadata of a stream; undefined: it has none, or none that can be read. */
  async metadataOf(name: string): Promise<unknown> {
    const { events: [newest] } = await this.readStream(metastreamOf(name), {
      direction: "backwards",
      from: Infinity,
      limit: 1,
    });
    try {
      return newest && JSON.parse(contentText(newest.data));
    } catch {
      return undefined;
    }
  }

  /**
   * Follows `event` if it is a link: to the event it names, or to none where that cannot be read. A link whose content
   * names no revision is an event like others.
   */
  resolve(event: StoredEvent): ResolvedEvent {
    if (event.type !== "$>") return { event, link: undefined };
    const { target: projected } = event as Partial<ProjectedLink>;
    if (projected) {
      const isReadable = this.#store.pageNow(
        () => this.#streams.isReadable(projected),
        "Cannot follow a link",
      );
      return { event: isReadable ? projected : undefined, link: event };
    }
    const text = contentText(event.data);
    const at = text.indexOf("@");
    const digits = text.slice(0, at);
    if (at === -1 || !/^\s*[+-]?\d+\s*$/.test(digits)) return { event, link: undefined };
    const revision = Number(digits);
    const target = revision < 0 ? undefined : this.#store.pageNow(
      () => this.#streams.event(text.slice(at + 1), revision),
      "Cannot follow a link",
    );
    return { event: target, link: event };
  }

  #publish(events: readonly StoredEvent[]): void {
    this.live.publish(events);
    if (!this.live.watchesSystemStreams) return;
    try {
      this.live.publishToStreams(this.projections.linksTo(events));
    } catch (error) {
      // The events are written: whoever wrote them must hear of it, whatever happens to the readers of links
      this.#logger.error("Cannot tell subscribers of new links", { error });
    }
  }
}
