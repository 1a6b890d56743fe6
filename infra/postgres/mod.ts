export { connect, type ConnectOptions } from "./connect.ts";
export { changedUrl, databaseFiles, databaseUrlProblems } from "./database_url.ts";
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from "./embedded.ts";
export { dropDatabase, ensureDatabase, type EnsureDatabaseOptions } from "./ensure_database.ts";
export { keepTables, type KeepTablesOptions } from "./keep_tables.ts";
export { migrate, type MigrateOptions } from "./migrate.ts";
export type { Migration } from "./migration.ts";
export {
  openDatabase,
  type OpenDatabaseOptions,
  type OpenedDatabase,
  recogniseDatabase,
} from "./open_database.ts";
export { type Pulse, pulse, type Sight } from "./pulse.ts";
export { startThrowAwayPostgres } from "./throw_away.ts";
