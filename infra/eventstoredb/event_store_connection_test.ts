import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { Unavailable } from "@headwater/core";
import { eventually, within } from "@headwater/testing";
import { eventStoreDbLog } from "./event_store_db_log.ts";
import { newEvent } from "@headwater/event-store/testing";
import { startEventStore } from "@headwater/event-store";
import { startTestCluster, type TestCluster } from "./testing/test_cluster.ts";
import { createTestAuthority } from "./testing/test_certificate.ts";
import { startTlsProxy } from "./testing/tls_proxy.ts";

/** A port where nobody listens. */
const deadPort = 1;

/** The gRPC client leaves timers of up to a second behind for connections that it has given up. */
function clusterTest(name: string, test: (cluster: TestCluster) => Promise<void>): void {
  Deno.test({
    name,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using cluster = await startTestCluster({ nodes: 2 });
      await test(cluster);
    },
  });
}

function open(connectionString: string) {
  return eventStoreDbLog({ connectionString });
}

clusterTest("what is sent to a follower is done by the leader that it names", async (cluster) => {
  cluster.lead(1);
  for (const first of ["append", "read", "subscribe"] as const) {
    await using log = open(`esdb://127.0.0.1:${cluster.ports[0]}?tls=false`);
    if (first === "append") {
      await log.append("order-1", [newEvent()], { expected: "no-stream" });
    } else if (first === "read") {
      equal((await Array.fromAsync(log.read("order-1"))).flat().length, 1);
    } else {
      const stop = new AbortController();
      const follow = async () => {
        for await (const { events } of log.subscribe({ signal: stop.signal })) {
          if (events.length > 0) stop.abort();
        }
      };
      await within("an event of the subscription", follow());
    }
    equal(cluster.calls.at(-1)!.node, 1, first);
  }
});

clusterTest(
  "who appends and reads one after the other notices no change of leaders",
  async (cluster) => {
    await using log = open(`esdb://127.0.0.1:${cluster.ports[0]}?tls=false`);
    for (let revision = 0; revision < 10; revision++) {
      const appended = await log.append("order-1", [newEvent()], {
        expected: revision === 0 ? "no-stream" : revision - 1,
      });
      equal(appended.revision, revision);
      cluster.lead(revision % 2);
      equal((await Array.fromAsync(log.read("order-1"))).flat().length, revision + 1);
    }
  },
);

clusterTest("of several hosts one that is alive is enough", async ({ ports }) => {
  for (const scheme of ["esdb", "esdb+discover"]) {
    const hosts = `127.0.0.1:${deadPort},localhost:${ports[1]}`;
    await using log = open(`${scheme}://${hosts}?tls=false`);
    ok(await log.append(`order-${scheme}`, [newEvent()], { expected: "no-stream" }));
  }
});

clusterTest(
  "one host is asked for the others, and the leader is taken whatever is preferred",
  async (cluster) => {
    for (const preference of ["leader", "follower", "random", "readOnlyReplica"]) {
      const host = `localhost:${cluster.ports[1]}`;
      await using log = open(`esdb+discover://${host}?tls=false&nodePreference=${preference}`);
      await log.append(`order-${preference}`, [newEvent()], { expected: "no-stream" });
      equal(cluster.calls.at(-1)!.node, 0, preference);
    }
  },
);

clusterTest("when the leader stops, the next one is found", async (cluster) => {
  const [first, second] = cluster.ports;
  await using log = open(`esdb://127.0.0.1:${first},127.0.0.1:${second}?tls=false`);
  await log.append("order-1", [newEvent()], { expected: "no-stream" });
  await cluster.stop(0);
  cluster.lead(1);
  const event = newEvent();
  const { revision } = await eventually("the next leader", () => {
    return log.append("order-1", [event], { expected: 0 }).catch((error) => {
      ok(error instanceof Unavailable, String(error));
      return false as const;
    });
  });
  equal(revision, 1);
});

clusterTest("in an election calls are unavailable, and say why", async (cluster) => {
  await using log = open(`esdb://127.0.0.1:${cluster.ports[0]}?tls=false`);
  const event = newEvent();
  const original = await log.append("order-1", [event], { expected: "no-stream" });
  cluster.lead(undefined);
  const isUnavailable = (error: unknown) =>
    error instanceof Unavailable && /Server Is Not Ready/.test(error.message);
  await rejects(log.append("order-1", [event], { expected: "no-stream" }), (error) => {
    return error instanceof Unavailable;
  });
  await rejects(log.append("order-1", [event], { expected: "no-stream" }), isUnavailable);
  await rejects(log.head(), isUnavailable);
  cluster.lead(1);
  deepEqual(await log.append("order-1", [event], { expected: "no-stream" }), original);
});

clusterTest("a follower that does not say who leads is unavailable", async (cluster) => {
  cluster.advertise([]);
  await using log = open(`esdb://127.0.0.1:${cluster.ports[1]}?tls=false`);
  await rejects(log.head(), (error) => {
    return error instanceof Unavailable && /another node leads/.test(error.message);
  });
});

clusterTest("where nobody leads, the hosts are named", async (cluster) => {
  cluster.lead(undefined);
  await using log = open(
    `esdb+discover://admin:s3cret@localhost:${cluster.ports[0]}?tls=false&maxDiscoverAttempts=1`,
  );
  await rejects(log.head(), (error) => {
    equal(Deno.inspect(error).includes("s3cret"), false);
    return error instanceof Unavailable &&
      /no connection to localhost:\d+: none of them says who leads/.test(error.message);
  });
});

clusterTest("the embedded server is found where it says that it is", async () => {
  await using server = await startEventStore({
    path: ":memory:",
    port: 0,
    advertiseHost: "localhost",
  });
  const hosts = `127.0.0.1:${deadPort},127.0.0.1:${server.port}`;
  await using log = open(`esdb+discover://${hosts}?tls=false&nodePreference=follower`);
  ok(await log.append("order-1", [newEvent()], { expected: "no-stream" }));
});

Deno.test({
  name: "user and password go with every call over TLS, also to the next leader, and nowhere else",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const password = "admin:ch:ngé@it";
    await using cluster = await startTestCluster({ nodes: 2, password });
    const authority = await createTestAuthority();
    const certificate = await authority.certify("localhost", "127.0.0.1");
    const [first, second] = cluster.ports as [number, number];
    await using one = await startTlsProxy({ port: first, ...certificate });
    await using two = await startTlsProxy({ port: second, ...certificate });
    cluster.advertise([one, two].map(({ port }) => ({ address: "127.0.0.1", port })));
    const file = await Deno.makeTempFile({ suffix: ".pem" });
    try {
      await Deno.writeTextFile(file, authority.certificate);
      const login = `admin:${encodeURIComponent("ch:ngé@it")}`;
      const hosts = `localhost:${deadPort},localhost:${two.port}`;
      await using log = open(`esdb://${login}@${hosts}?tlsCAFile=${file}`);
      await log.append("order-1", [newEvent()], { expected: "no-stream" });
      cluster.lead(1);
      await log.append("order-1", [newEvent()], { expected: 0 });
      equal((await Array.fromAsync(log.readAll())).flat().length, 2);
      deepEqual(new Set(cluster.calls.map(({ node }) => node)), new Set([0, 1]));

      await using stranger = open(`esdb://admin:wrong@localhost:${one.port}?tlsCAFile=${file}`);
      await rejects(stranger.head(), /does not know the user or the password$/);
    } finally {
      await Deno.remove(file);
    }
    const seen = cluster.calls.length;
    await using plain = open(`esdb://admin:secret@127.0.0.1:${second}?tls=false`);
    await rejects(plain.head(), /does not know the user or the password$/);
    deepEqual(cluster.calls.slice(seen).map(({ authorization }) => authorization), [undefined]);
  },
});
