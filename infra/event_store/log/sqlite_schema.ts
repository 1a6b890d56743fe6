import type { DatabaseSync } from "node:sqlite";
import { eventLog } from "@headwater/core";
import { uuidText, uuidToBytes } from "./event_id.ts";

/** "hwlg": tells an event log from other SQLite files. */
const applicationId = 0x68776c67;
const version = 1;

// A stream's metadata is an event like any other; what reading needs of the newest one is kept beside the name.
// A repeated append is known by the id of its first event. Ids are random, so one of each event would change a page for
// each: an append of 500 would write five times as much.
// Content is `any`: text where the bytes are UTF-8, which is read several times as fast as bytes are.
const tables = `
  create table streams (
    id integer primary key,
    name text not null unique,
    max_count integer,
    max_age integer,
    truncate_before integer
  ) strict;

  create table events (
    position integer primary key,
    stream integer not null,
    revision integer not null,
    id blob not null,
    category text not null,
    type text not null,
    recorded_at integer not null,
    data any not null,
    metadata any not null,
    json integer not null default 1,
    begins_append integer not null default 1
  ) strict;

  create unique index events_by_revision on events (stream, revision);
  create index events_by_id on events (stream, id) where begins_append = 1;
  create index events_by_category on events (category);
`;

/** Throws where the file holds something else, or a log of another format. Changes nothing. */
export function requireOurs(database: DatabaseSync, action: string): void {
  const format = read(database, "pragma user_version");
  if (read(database, "pragma application_id") === applicationId) {
    if (format === version) return;
    throw new Error(
      `${action}: it has format ${format}, this release knows ${version}; use the release that wrote it`,
    );
  }
  if (format !== 0 || read(database, "select count(*) from sqlite_schema") !== 0) {
    throw new Error(`${action}: the file is another program's database`);
  }
}

/** Creates the tables in an empty file. */
export function prepareSchema(database: DatabaseSync): void {
  if (read(database, "pragma application_id") === applicationId) return;
  database.exec(`
    begin immediate;
    ${tables}
    pragma application_id = ${applicationId};
    pragma user_version = ${version};
    commit;
  `);
}

/**
 * The log's identity, made where there is none yet. It is the id of an event before the first one: no reader of the
 * whole log comes by it, and the event store's clients find it where they look for that of any other log.
 */
export function identityOf(database: DatabaseSync): string {
  const { stream, type } = eventLog.identityEvent;
  const first = database.prepare(`
    select hex(id) as id from events where stream = (select id from streams where name = ?)
    order by revision limit 1`);
  const found = first.get(stream);
  if (found) return uuidText(String(found.id));
  const id = crypto.randomUUID();
  database.exec("begin immediate");
  database.prepare("insert into streams (name) values (?) on conflict do nothing").run(stream);
  database.prepare(`
    insert into events (position, stream, revision, id, category, type, recorded_at, data, metadata)
    select 0, id, 0, ?, name, ?, unixepoch() * 1000, '{}', '{}' from streams where name = ?`)
    .run(uuidToBytes(id), type, stream);
  database.exec("commit");
  return id;
}

function read(database: DatabaseSync, sql: string): unknown {
  return Object.values(database.prepare(sql).get() ?? {})[0];
}
