/** For tests on databases of their own, and of what speaks with PostgreSQL: a server that says what they want it to. */
export { databaseTests, type TestDatabase } from "./database_tests.ts";
export { message, type PostgresDouble, servePostgres } from "./serve_postgres.ts";
