export { connect } from "./connect.ts";
export { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded.ts";
export { ensureDatabase } from "./ensure_database.ts";
export { migrate, type Migration } from "./migrate.ts";
export { startThrowAwayPostgres } from "./throw_away.ts";
