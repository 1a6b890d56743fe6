import type { EventLog } from "@headwater/core";
import { startEventStore } from "@headwater/event-store";
import { closedWith, eventLogSuite } from "@headwater/testing";
import { openEventStoreDb } from "./open_event_store_db.ts";
import { createTestAuthority, type TestAuthority } from "./testing/test_certificate.ts";
import { startTlsProxy } from "./testing/tls_proxy.ts";

async function openOnEmbeddedServer(): Promise<EventLog> {
  const server = await startEventStore({ path: ":memory:", port: 0 });
  const log = await openEventStoreDb({ connectionString: server.connectionString });
  return closedWith(log, () => server[Symbol.asyncDispose]());
}

let authority: Promise<TestAuthority> | undefined;

async function openOverTls(): Promise<EventLog> {
  const { certificate, certify } = await (authority ??= createTestAuthority());
  const file = await Deno.makeTempFile({ prefix: "headwater-event-log-", suffix: ".pem" });
  await Deno.writeTextFile(file, certificate);
  const server = await startEventStore({ path: ":memory:", port: 0 });
  const { port } = server;
  const proxy = await startTlsProxy({ port, ...await certify("localhost") });
  const log = await openEventStoreDb({
    connectionString: `esdb://admin:changeit@localhost:${proxy.port}?tls=true&tlsCAFile=${file}`,
  });
  return closedWith(log, async () => {
    await proxy[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await Deno.remove(file);
  });
}

eventLogSuite("EventStoreDB's client on the embedded server", openOnEmbeddedServer, Deno);
eventLogSuite("EventStoreDB's client over TLS", openOverTls, Deno);

const connectionString = Deno.env.get("EVENTSTORE_URL");
if (connectionString) {
  eventLogSuite(
    "EventStoreDB's client on the server at EVENTSTORE_URL",
    () => openEventStoreDb({ connectionString }),
    Deno,
  );
}
