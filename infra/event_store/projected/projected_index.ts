import type { DatabaseSync, StatementSync } from "node:sqlite";
import { PagedQuery, type Row } from "../log/paged_query.ts";
import { prepareArrays } from "../log/prepare_arrays.ts";
import type { ProjectedName } from "./projected_stream.ts";

/** What is known of a projected stream: how many links it has, up to which position, and where some of them lie. */
type Counted = { count: number; upTo: number; readonly marks: number[] };

/** Every so many links one is marked, so that any revision is found by passing over few. */
const markEvery = 512;
/** Counted in one go. */
const marksPerTurn = 64;
const rememberedStreams = 10_000;

const correlationId = `
  case when typeof(metadata) = 'text' and json_valid(metadata) and
    json_type(metadata, '$."$correlationId"') = 'text'
  then json_extract(metadata, '$."$correlationId"') end`;

/** Which events belong to a projected stream. The first parameter is the value. */
const conditions = {
  category: "category = ?1",
  // A stream without a dash has its whole name as category, but is in no category of the original's
  categoryWithNamesake: "category = ?1 and stream is not (select id from streams where name = ?1)",
  type: "type = ?1 and type <> '$>'",
  streams: "revision = 0 and ?1 = ''",
  streamsOfCategory:
    "category = ?1 and revision = 0 and stream is not (select id from streams where name = ?1)",
  correlation: `${correlationId} = ?1 and type <> '$>'`,
};

/** Few need these indexes, and all who write pay for them: they are made once they are needed. */
const laterIndexes: Partial<Record<keyof typeof conditions, string>> = {
  streamsOfCategory: "events_first_by_category on events (category) where revision = 0",
  correlation: `events_by_correlation on events (${correlationId})
    where ${correlationId} is not null and type <> '$>'`,
};

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
  readonly #namesake: StatementSync;
  readonly #statements = new Map<keyof typeof conditions, Statements>();
  readonly #counted = new Map<string, Counted>();

  /** Creates the indexes that are missing: it takes a while in a log that is long already. */
  constructor(database: DatabaseSync) {
    this.#database = database;
    database.exec(`
      create index if not exists events_by_type on events (type) where type <> '$>';
      create index if not exists events_first on events (position) where revision = 0;
    `);
    this.#namesake = database.prepare("select 1 from streams where name = ?");
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

  #statementsOf({ kind, value }: ProjectedName): Statements {
    const hasNamesake = kind === "category" && this.#namesake.get(value) !== undefined;
    const choice = hasNamesake ? "categoryWithNamesake" : kind;
    let statements = this.#statements.get(choice);
    if (!statements) {
      const index = laterIndexes[choice];
      if (index) this.#database.exec(`create index if not exists ${index}`);
      const from = `from events where ${conditions[choice]} and position > ?2`;
      statements = {
        skip: prepareArrays(
          this.#database,
          `select position ${from} and position <= ?3 order by position limit 1 offset ?4 + 0`,
        ),
        count: prepareArrays(this.#database, `select count(*) ${from} and position <= ?3`),
        page: new PagedQuery(this.#database, (columns) => `
          select ${columns}
          from (select position as at ${from} order by position limit ?4 + 0 offset ?3 + 0)
          cross join events on position = at order by at`),
      };
      this.#statements.set(choice, statements);
    }
    return statements;
  }
}
