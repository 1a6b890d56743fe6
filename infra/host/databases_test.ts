import { equal } from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { application } from "./application.ts";
import { connectDatabases, databaseUrl } from "./databases.ts";
import { service } from "./service.ts";

Deno.test("a database that is not there does not hide the others", async () => {
  await using server = await startThrowAwayPostgres();
  const house = application({
    name: "house",
    services: [service({ name: "doors" }), service({ name: "windows" })],
    createGateway: () => () => Promise.resolve(new Response()),
  });
  await using connected = await connectDatabases(house, {
    url: (name) => name === "doors" ? server.url : databaseUrl(server.url, name),
    name: "test",
    logger: silentLog,
  });
  const [doors, windows] = connected.databases;
  equal((await doors!.sql`select 1 as value`)[0]?.value, 1);
  equal(
    await windows!.sql`select 1`.then(() => "there", (error) => error.code),
    "3D000",
  );
});
