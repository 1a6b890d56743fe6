// Runs on Deno, in a folder with the packed engines, and says what it saw as JSON.
import { eventLog, silentLog } from "@headwater/core";
import {
  application,
  databasesOn,
  service,
  startHost,
  startThrowAwayPostgres,
} from "@headwater/host";
import process from "node:process";
import { clubRoutes, member, memberView, welcomeProcess } from "./sample_club.ts";
import { tour } from "./sample_tour.ts";

const club = application({
  name: "club",
  services: [
    service({
      name: "club",
      aggregates: [member],
      views: [memberView],
      sagas: [welcomeProcess],
      routes: clubRoutes,
    }),
  ],
  createGateway: ({ client }) => (request) => client.call("club", request),
});

await using postgres = await startThrowAwayPostgres();
await using log = eventLog.memoryLog();
await using host = await startHost(club, {
  log,
  database: databasesOn(postgres.url, { logger: silentLog }),
  logger: silentLog,
});
process.stdout.write(`${JSON.stringify(await tour(host.gateway, log))}\n`);
