import { machine, type View } from "@headwater/core";
import type { Sql } from "postgres";
import { type Broadcast, broadcast } from "./broadcast.ts";
import { eventFrame } from "./event_frame.ts";
import { lastEventId } from "./last_event_id.ts";
import type { ServiceContext } from "./service_app.ts";

const open = machine.metric({
  kind: "gauge",
  name: "headwater_feeds_open",
  help: "Clients that are told of what comes into a read model",
  labels: ["service", "view"],
});

/** Rows of a page, at most: each may be long. */
const pageRows = 100;

/**
 * Rows of a read model as they come, and to whom they are told.
 * @internal
 */
type FeedDefinition<Row, Topic> = {
  readonly view: View;
  /**
   * Rows after a position, in order of position, each with one of its own; `where` undefined: of all topics. `seen`: the
   * greatest position in the table, by the same statement: what another one sees may be another table.
   */
  read(sql: Sql, page: {
    readonly where: Topic | undefined;
    readonly after: number;
    readonly limit: number;
  }): Promise<{ readonly rows: readonly Row[]; readonly seen: number | undefined }>;
  /** Who follows one of these is told of the row. */
  topics(row: Row): readonly Topic[];
  /** What clients are told of a row; its position is the event's id. */
  event(row: Row): { readonly type: string; readonly data: unknown };
};

/**
 * Answers that go on: `text/event-stream` with what is in a read model of a topic, and what comes, each row once and in
 * order of position. A client that comes again with `Last-Event-ID` is told what comes after that one. Rows are read once for all
 * clients of a process. Routes need `readsFrom(view, { resumes: true })` before it.
 *
 * ```ts ignore
 * const doorFeeds = feeds({ view: doorLog, read: readDoorLog, topics: ({ door }) => [{ door }], event });
 * doorRoutes.get("/api/doors/:id/events", readsFrom(doorLog, { resumes: true }), (c) =>
 *   doorFeeds(c, { door: readParam(c, "id", field.id) }));
 * ```
 *
 * A row that comes with a position before others that were told, as a letter that was tried again does, is not told to
 * who is beyond it.
 * Errors: `BadInput`, `Unavailable` with `feeds-full`, those of `read`.
 */
export function feeds<
  Row extends { readonly position: number },
  Topic extends Readonly<Record<string, string>>,
>(
  { view, read, topics, event }: FeedDefinition<Row, Topic>,
): (c: ServiceContext, topic: Topic) => Promise<Response> {
  /** One for each service that runs in this process. */
  const broadcasts = new WeakMap<ServiceContext["env"], Broadcast>();

  function broadcastOf(env: ServiceContext["env"]): Broadcast {
    const known = broadcasts.get(env);
    if (known) return known;
    const { readModels, logger, random, sql } = env;
    const made = broadcast({
      ...{ view, readModels, logger, random },
      async read({ topic, after }) {
        const where: Topic | undefined = topic === undefined ? undefined : JSON.parse(topic);
        const { rows, seen = -1 } = await read(sql, { where, after, limit: pageRows });
        return { after, rows: rows.map(framed), seen, areMore: rows.length >= pageRows };
      },
    });
    broadcasts.set(env, made);
    const at = { service: env.service, view: view.name };
    env.meter?.observe([open], (say) => say(open, made.size(), at));
    return made;
  }
  function framed(row: Row) {
    const { position } = row;
    const frame = eventFrame({ id: position, ...event(row) });
    return { position, topics: topics(row).map(nameOf), frame, bytes: frame.byteLength };
  }

  return async (c, topic) => {
    const { signal } = c.var;
    const from = lastEventId(c) ?? -1;
    const body = await broadcastOf(c.env).open({ topic: nameOf(topic), from, signal });
    return new Response(body, {
      headers: {
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-store",
        // nginx holds back what it forwards otherwise
        "X-Accel-Buffering": "no",
      },
    });
  };
}

/** The same for the same topic, in whichever order it was written. */
function nameOf(topic: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(topic).toSorted()));
}
