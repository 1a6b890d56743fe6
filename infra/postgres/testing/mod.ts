/** For tests of what speaks with PostgreSQL: a server that says what they want it to. */
export { message, type PostgresDouble, servePostgres } from "./serve_postgres.ts";
