import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { Unavailable } from "@headwater/core";
import { eventually, within } from "@headwater/testing";
import { type EventStoreDbLog, eventStoreDbLog } from "./event_store_db_log.ts";
import { newEvent } from "@headwater/event-store/testing";
import { startEventStore } from "@headwater/event-store";
import { createTestAuthority } from "./testing/test_certificate.ts";
import { startTlsProxy } from "./testing/tls_proxy.ts";

type Bed = AsyncDisposable & {
  readonly plainPort: number;
  readonly securePort: number;
  readonly connections: number;
  /** Of the authority that has certified the server, and of another one. */
  readonly files: { readonly authority: string; readonly stranger: string; readonly junk: string };
  cut(): void;
};

/** A server behind TLS. */
async function openBed(...hosts: readonly string[]): Promise<Bed> {
  await using opening = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "headwater-tls-" });
  opening.defer(() => Deno.remove(directory, { recursive: true }));
  const files = {
    authority: `${directory}/authority.pem`,
    stranger: `${directory}/stranger.pem`,
    junk: `${directory}/junk.pem`,
  };
  const authority = await createTestAuthority();
  await Deno.writeTextFile(files.authority, authority.certificate);
  await Deno.writeTextFile(files.stranger, (await createTestAuthority()).certificate);
  await Deno.writeTextFile(files.junk, "certificate");
  const server = opening.use(await startEventStore({ path: ":memory:", port: 0 }));
  const certificate = await authority.certify(...hosts);
  const proxy = opening.use(await startTlsProxy({ port: server.port, ...certificate }));
  const opened = opening.move();
  return {
    plainPort: server.port,
    securePort: proxy.port,
    get connections() {
      return proxy.connections;
    },
    files,
    cut: proxy.cut,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** The gRPC client leaves timers of up to a second behind for connections that it has given up. */
function tlsTest(name: string, test: (bed: Bed) => Promise<void>): void {
  Deno.test({
    name,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using bed = await openBed("localhost", "127.0.0.1");
      await test(bed);
    },
  });
}

function open(
  { host = "localhost", port, query }: {
    readonly host?: string;
    readonly port: number;
    readonly query: string;
  },
): EventStoreDbLog {
  return eventStoreDbLog({ connectionString: `esdb://admin:s3cret@${host}:${port}?${query}` });
}

tlsTest("a server is trusted by its name and by its address", async ({ securePort, files }) => {
  for (const host of ["localhost", "127.0.0.1"]) {
    await using log = open({ host, port: securePort, query: `tlsCAFile=${files.authority}` });
    const { position } = await log.append(`order-${host}`, [newEvent()], { expected: "no-stream" });
    equal(await log.head(), position);
  }
});

tlsTest("subscriptions go on over a connection that was cut", async (bed) => {
  await using log = open({ port: bed.securePort, query: `tlsCAFile=${bed.files.authority}` });
  const stop = new AbortController();
  const seen: number[] = [];
  const following = (async () => {
    for await (const { events } of log.subscribe({ signal: stop.signal })) {
      seen.push(...events.map(({ revision }) => revision));
    }
  })();
  for (let revision = 0; revision < 3; revision++) {
    const expected = revision === 0 ? "no-stream" : revision - 1;
    const event = newEvent();
    await eventually(
      "an append",
      () =>
        log.append("order-1", [event], { expected }).catch((error) => {
          ok(error instanceof Unavailable, String(error));
          return false as const;
        }),
    );
    await eventually(`event ${revision}`, () => seen.length > revision);
    bed.cut();
  }
  stop.abort();
  await within("the subscription to end", following);
  deepEqual(seen, [0, 1, 2]);
  ok(bed.connections > 1);
});

tlsTest("what is wrong between two sides is named, without the password", async (bed) => {
  const trusting = `tlsCAFile=${bed.files.authority}`;
  const cases = [
    [bed.securePort, "tls=true", /localhost:\d+: the server's certificate is signed by nobody/],
    [bed.securePort, `tlsCAFile=${bed.files.stranger}`, /signed by nobody who is trusted/],
    [bed.securePort, "tls=false", /the server closes it at once: does it speak TLS/],
    [bed.plainPort, trusting, /the server does not speak TLS/],
  ] as const;
  for (const [port, query, reason] of cases) {
    await using log = open({ port, query });
    await rejects(log.head(), (error) => {
      ok(error instanceof Unavailable);
      match(error.message, reason);
      equal(Deno.inspect(error).includes("s3cret"), false);
      return true;
    });
  }
});

Deno.test({
  name: "a server whose certificate is for another host is not talked to, unless it is to be",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using bed = await openBed("es1.example.com", "10.0.0.1");
    for (const host of ["localhost", "127.0.0.1"]) {
      const at = { host, port: bed.securePort };
      await using log = open({ ...at, query: `tlsCAFile=${bed.files.authority}` });
      await rejects(log.head(), /the server's certificate is for another host/);
      await using careless = open({ ...at, query: "tlsVerifyCert=false" });
      ok(await careless.append(`order-${host}`, [newEvent()], { expected: "no-stream" }));
    }
  },
});

tlsTest("certificates that cannot be used are named before anything is sent", (bed) => {
  const missing = `${bed.files.authority}.none`;
  const at = { port: bed.securePort };
  throws(
    () => open({ ...at, query: `tlsCAFile=${missing}` }),
    /^Error: Cannot use "tlsCAFile".*none": there is no such file/,
  );
  throws(() => open({ ...at, query: `tlsCAFile=${bed.files.junk}` }), /it is no PEM file/);
  throws(
    () => open({ ...at, query: `userCertFile=${bed.files.authority}&userKeyFile=${missing}` }),
    /Cannot use "userKeyFile"/,
  );
  return Promise.resolve();
});
