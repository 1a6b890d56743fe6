import type { DatabaseSync, StatementSync } from "node:sqlite";
import { PagedQuery, type Row } from "../log/paged_query.ts";
import { prepareArrays } from "../log/prepare_arrays.ts";
import { type LinkedEvents, linkSource, outdatedIndexes } from "./link_sources.ts";
import type { ProjectedName } from "./projected_stream.ts";

/** What is known of a projected stream: how many links it has, up to which position, and where some of them lie. */
type Counted = { count: number; upTo: number; readonly marks: number[] };

/** Every so many links one is marked, so that any revision is found by passing over few. */
const markEvery = 512;
/** Counted in one go. */
const marksPerTurn = 64;
const rememberedStreams = 10_000;

type Statements = {
  /** Position of the last of so many events after a position: [mark] or nothing. */
  readonly skip: StatementSync;
  readonly count: StatementSync;
  readonly page: PagedQuery;
};

/**
 * Counts the events of a category, type or correlation through indexes: their places among each other are the revisions of a
 * projected stream, for ever, since no event is ever removed. Nothing is written for it.
 */
export class ProjectedIndex {
  readonly #database: DatabaseSync;
  /** By their conditions. */
  readonly #statements = new Map<string, Statements>();
  readonly #probes = new Map<string, StatementSync>();
  readonly #created = new Set<string>();
  readonly #counted = new Map<string, Counted>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    for (const name of outdatedIndexes) database.exec(`drop index if exists ${name}`);
  }

  /** Counts on, up to `head` or as far as one turn should go; false: there is more to count. */
  countTo(projected: ProjectedName, head: number): boolean {
    const counted = this.#find(projected);
    const { skip, count } = this.#statementsOf(projected);
    for (let turn = 0; turn < marksPerTurn && counted.upTo < head; turn++) {
      const wanted = markEvery - counted.count % markEvery;
      const [mark] = (skip.get(projected.value, counted.upTo, head, wanted - 1) ?? []) as number[];
      if (mark === undefined) {
        const [more] = count.get(projected.value, counted.upTo, head) as unknown as [number];
        counted.count += more;
        counted.upTo = head;
      } else {
        counted.count += wanted;
        counted.upTo = mark;
        counted.marks.push(mark);
      }
    }
    return counted.upTo >= head;
  }

  /** How many links were counted. */
  countOf(projected: ProjectedName): number {
    return this.#find(projected).count;
  }

  /** Events from the `revision`th on, in order. */
  page(
    projected: ProjectedName,
    { revision, limit }: { readonly revision: number; readonly limit: number },
  ): { readonly rows: readonly Row[]; readonly last: boolean } {
    const marks = this.#find(projected).marks;
    const mark = Math.min(Math.floor(revision / markEvery), marks.length);
    const after = mark === 0 ? 0 : marks[mark - 1]!;
    const offset = revision - mark * markEvery;
    return this.#statementsOf(projected).page.page([projected.value, after, offset], limit);
  }

  #find({ name }: ProjectedName): Counted {
    let counted = this.#counted.get(name);
    if (!counted) {
      if (this.#counted.size >= rememberedStreams) this.#counted.clear();
      counted = { count: 0, upTo: 0, marks: [] };
      this.#counted.set(name, counted);
    }
    return counted;
  }

  #statementsOf(projected: ProjectedName): Statements {
    const { indexes, events } = linkSource(projected);
    // Few need the indexes, and all who write pay for them
    for (const index of indexes) this.#create(index);
    const conditions = events.flatMap((each) => this.#conditionOf(each, projected.value));
    const key = conditions.join();
    let statements = this.#statements.get(key);
    if (!statements) {
      statements = prepare(this.#database, conditions);
      this.#statements.set(key, statements);
    }
    return statements;
  }

  /** It takes a while in a log that is long already. */
  #create(index: string): void {
    if (this.#created.has(index)) return;
    this.#database.exec(`create index if not exists ${index}`);
    this.#created.add(index);
  }

  /** As short as it can be: each term takes time for each event that is counted. */
  #conditionOf({ where, exceptOf, seldom }: LinkedEvents, value: string): readonly string[] {
    if (seldom && !this.#exists(`select 1 from events where ${where} limit 1`, value)) return [];
    if (exceptOf === undefined) return [where];
    const stream = `select id from streams where name = ${exceptOf}`;
    return [this.#exists(stream, value) ? `${where} and stream is not (${stream})` : where];
  }

  #exists(sql: string, value: string): boolean {
    let probe = this.#probes.get(sql);
    if (!probe) {
      probe = this.#database.prepare(sql);
      this.#probes.set(sql, probe);
    }
    return probe.get(value) !== undefined;
  }
}

function prepare(database: DatabaseSync, conditions: readonly string[]): Statements {
  function positions(upTo = ""): string {
    return conditions.map((condition) =>
      `select position as at from events where ${condition} and position > ?2 ${upTo}`
    ).join(" union all ");
  }
  const upTo = "and position <= ?3";
  const counts = conditions.map((condition) =>
    `(select count(*) from events where ${condition} and position > ?2 ${upTo})`
  );
  return {
    skip: prepareArrays(database, `${positions(upTo)} order by at limit 1 offset ?4 + 0`),
    count: prepareArrays(database, `select ${counts.join(" + ")}`),
    page: new PagedQuery(database, (columns) => `
      select ${columns}
      from (${positions()} order by at limit ?4 + 0 offset ?3 + 0)
      cross join events on position = at order by at`),
  };
}
