import { deepEqual, equal, ok } from "node:assert/strict";
import type { Application } from "./application.ts";
import { topology, type TopologyOptions } from "./topology.ts";

const application = {
  name: "shop",
  services: ["order", "payment"].map((name) => ({ name })),
} as unknown as Application;

function plan(options: Partial<TopologyOptions> = {}) {
  return topology(application, {
    gateway: { host: "127.0.0.1", port: 8_000, redisUrl: undefined },
    eventStore: { directory: "/data", port: 2_113 },
    ports: [8_001, 8_002],
    logLevel: "warn",
    main: "file:///app/main.ts",
    env: { EVENTSTORE_URL: "esdb://127.0.0.1:2113?tls=false" },
    files: [],
    hosts: [],
    ...options,
  });
}

function permission(args: readonly string[], name: string): string | undefined {
  return args.find((arg) => arg === name || arg.startsWith(`${name}=`));
}

Deno.test("services read and write no files, and reach this machine only", () => {
  const { eventStore, services, gateway } = plan();
  deepEqual(services.map(({ name }) => name), ["order", "payment"]);
  for (const { args } of [...services, gateway]) {
    equal(permission(args, "--allow-read"), undefined);
    equal(permission(args, "--allow-write"), undefined);
    equal(permission(args, "--allow-run"), undefined);
    ok(permission(args, "--allow-net")?.startsWith("--allow-net=127.0.0.1"));
  }
  equal(permission(eventStore!.args, "--allow-write"), "--allow-write=/data");
});

Deno.test("no process begins in the interpreter", () => {
  const { eventStore, services, gateway } = plan();
  for (const { args } of [...services, eventStore!, gateway]) {
    equal(permission(args, "--v8-flags"), "--v8-flags=--always-sparkplug");
    ok(args.indexOf("--v8-flags=--always-sparkplug") < args.indexOf("file:///app/main.ts"));
  }
});

Deno.test("services of a cluster read its certificates, and reach whomever it names", () => {
  const { eventStore, services, gateway } = plan({
    eventStore: undefined,
    files: ["/etc/ca.pem", "me.key"],
    hosts: undefined,
  });
  equal(eventStore, undefined);
  for (const { args } of services) {
    equal(permission(args, "--allow-read"), "--allow-read=/etc/ca.pem,me.key");
    equal(permission(args, "--allow-net"), "--allow-net");
  }
  // The console shows what is in the log
  equal(permission(gateway.args, "--allow-read"), "--allow-read=/etc/ca.pem,me.key");
  equal(permission(gateway.args, "--allow-net"), "--allow-net");
});

Deno.test("the gateway alone reaches Redis, and no more for it", () => {
  const redisUrl = "rediss://:secret@cache.example:6379/1";
  const { services, gateway } = plan({
    gateway: { host: "127.0.0.1", port: 8_000, redisUrl },
  });
  equal(permission(gateway.args, "--allow-net"), "--allow-net=127.0.0.1,127.0.0.1,cache.example");
  equal(gateway.env?.REDIS_URL, redisUrl);
  for (const { args, env } of services) {
    equal(permission(args, "--allow-net"), "--allow-net=127.0.0.1");
    equal(env?.REDIS_URL, undefined);
  }
});

Deno.test("the gateway alone reads the file of routes, and reaches its upstreams by their ports", () => {
  const routes = { file: "/etc/routes.json", hosts: ["legacy:9000", "legacy:9000", "[::1]:443"] };
  const { services, gateway } = plan({
    gateway: { host: "127.0.0.1", port: 8_000, redisUrl: undefined, routes },
  });
  equal(
    permission(gateway.args, "--allow-net"),
    "--allow-net=127.0.0.1,127.0.0.1,legacy:9000,[::1]:443",
  );
  equal(permission(gateway.args, "--allow-read"), "--allow-read=/etc/routes.json");
  equal(gateway.env?.ROUTES_FILE, "/etc/routes.json");
  for (const { args, env } of services) {
    equal(permission(args, "--allow-read"), undefined);
    equal(env?.ROUTES_FILE, undefined);
  }
});

Deno.test("each service knows where the others are", () => {
  for (const { env } of plan().services) {
    equal(env?.SERVICE_URLS, "order=http://127.0.0.1:8001,payment=http://127.0.0.1:8002");
    equal(env?.EVENTSTORE_URL, "esdb://127.0.0.1:2113?tls=false");
  }
});

Deno.test("each process sends its spans under its own name", () => {
  const { services, gateway } = plan({
    surroundings: { OTEL_DENO: "true", OTEL_SERVICE_NAME: "all" },
  });
  deepEqual([...services, gateway].map(({ env }) => env["OTEL_SERVICE_NAME"]), [
    "order",
    "payment",
    "gateway",
  ]);
  equal(plan().gateway.env["OTEL_DENO"], undefined);
});

Deno.test("the gateway alone knows whose tokens it takes, and asks their issuer", () => {
  const oidc = { env: { OIDC_ISSUER: "https://id.example" }, hosts: ["id.example:443"] };
  const { services, gateway } = plan({
    gateway: { host: "127.0.0.1", port: 8_000, redisUrl: undefined, oidc },
  });
  equal(
    permission(gateway.args, "--allow-net"),
    "--allow-net=127.0.0.1,127.0.0.1,id.example:443",
  );
  equal(gateway.env?.OIDC_ISSUER, "https://id.example");
  for (const { args, env } of services) {
    equal(permission(args, "--allow-net"), "--allow-net=127.0.0.1");
    equal(env?.OIDC_ISSUER, undefined);
  }
  // Nobody could tell where the issuer has its keys
  const unknown = plan({
    gateway: {
      ...{ host: "127.0.0.1", port: 8_000, redisUrl: undefined },
      oidc: { ...oidc, hosts: undefined },
    },
  });
  equal(permission(unknown.gateway.args, "--allow-net"), "--allow-net");
  equal(permission(unknown.services[0]!.args, "--allow-net"), "--allow-net=127.0.0.1");
});
