import type { DatabaseSync, StatementSync } from "node:sqlite";
import { openDatabase } from "@headwater/event-store/testing";
import type { eventLog } from "@headwater/core";

export type TwinAppend = { readonly stream: string; readonly events: readonly eventLog.NewEvent[] };

/**
 * The bare driver doing the log's I/O: same file, pragmas, tables and rows, prepared statements, one transaction per
 * call. It checks nothing, knows no repeats and tells nobody.
 */
export class AppendTwin implements Disposable {
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #stream: StatementSync;
  readonly #event: StatementSync;
  readonly #streams = new Map<string, { id: number; revision: number }>();
  #position = 0;

  constructor(path: string) {
    this.#database = openDatabase(path);
    this.#begin = this.#database.prepare("begin immediate");
    this.#commit = this.#database.prepare("commit");
    this.#stream = this.#database.prepare("insert into streams (name) values (?)");
    this.#event = this.#database.prepare(
      "insert into events values (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)",
    );
  }

  prepare(sql: string): StatementSync {
    return this.#database.prepare(sql);
  }

  write(appends: readonly TwinAppend[]): void {
    this.#begin.run();
    for (const { stream, events } of appends) this.#insert(stream, events);
    this.#commit.run();
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #insert(name: string, events: readonly eventLog.NewEvent[]): void {
    let stream = this.#streams.get(name);
    if (!stream) {
      const id = Number(this.#stream.run(name).lastInsertRowid);
      this.#streams.set(name, stream = { id, revision: -1 });
    }
    for (const [index, { id, type, data, metadata }] of events.entries()) {
      this.#event.run(
        ++this.#position,
        stream.id,
        ++stream.revision,
        Buffer.from(id.replaceAll("-", ""), "hex"),
        name.slice(0, name.indexOf("-")),
        type,
        Date.now(),
        JSON.stringify(data),
        JSON.stringify(metadata),
        index === 0 ? 1 : 0,
      );
    }
  }
}
