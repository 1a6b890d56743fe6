export { connect, type ConnectOptions } from "./connect.ts";
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from "./embedded.ts";
export { ensureDatabase, type EnsureDatabaseOptions } from "./ensure_database.ts";
export { migrate, type MigrateOptions, type Migration } from "./migrate.ts";
export { startThrowAwayPostgres } from "./throw_away.ts";
