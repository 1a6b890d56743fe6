// Runs on plain Node, in a folder with the packed engines, and says what it saw as JSON.
import process from "node:process";
import { eventLog, repository, type Service, silentLog } from "@headwater/core";
import { commandEndpoint, commandsOf, routes, toService, watchHealth } from "@headwater/http";
import { connect, migrate } from "@headwater/postgres";
import { startProjections } from "@headwater/projections";
import { createResilientClient } from "@headwater/resilience";
import { processMigrations, processRecords, startProcess } from "@headwater/sagas";
import { clubRoutes, member, memberView, welcomeProcess } from "./sample_club.ts";
import { tour } from "./sample_tour.ts";

const [url = ""] = process.argv.slice(2);
const log = eventLog.memoryLog();
const logger = silentLog;
const random = Math.random;
const sql = connect({ url, name: "club", logger });
await migrate(sql, { service: "club", migrations: processMigrations });

const projections = await startProjections({
  service: "club",
  views: [memberView],
  log,
  sql,
  logger,
});
const members = repository(member, { log });
const client = createResilientClient({ call: (_service, request) => club(request) });
const app = routes().route("/", commandEndpoint(commandsOf(member, members)))
  .route("/", clubRoutes);
const ending = new AbortController();
const club: Service = toService(app, {
  service: "club",
  log,
  sql,
  client,
  readModels: projections,
  logger,
  health: watchHealth(projections.checks, { signal: ending.signal }),
  newId: () => crypto.randomUUID(),
  random,
  repository: (aggregate) => repository(aggregate, { log }),
});
const welcoming = startProcess({
  process: welcomeProcess,
  log,
  client,
  records: processRecords(sql, welcomeProcess.name),
  logger,
  random,
});
const seen = await tour(club, log);

ending.abort();
await welcoming[Symbol.asyncDispose]();
await projections[Symbol.asyncDispose]();
await log[Symbol.asyncDispose]();
await sql.end();
process.stdout.write(`${JSON.stringify(seen)}\n`);
