import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { configHelp, environmentVariables } from "./settings.ts";

const application = { services: [{ name: "order" }, { name: "timeline" }] };

function read(args: readonly string[], env: Record<string, string> = {}): Config {
  return readConfig(application, { args, env: new Map(Object.entries(env)) });
}

function problemsOf(args: readonly string[], env: Record<string, string> = {}): readonly string[] {
  try {
    read(args, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

Deno.test("without flags and variables everything is embedded", () => {
  deepEqual(read([]), {
    help: false,
    port: 8000,
    host: "127.0.0.1",
    hostNames: [],
    trustedProxies: [],
    processName: "127.0.0.1:8000",
    dataDirectory: ".data",
    logLevel: undefined,
    healthEveryMs: 5_000,
    traceUrl: undefined,
    lameDuckMs: undefined,
    eventStoreUrl: undefined,
    databaseUrl: undefined,
    databaseUrls: new Map(),
    metricsToken: undefined,
    mostParkedKeys: 1_000,
    allowStranded: false,
    serviceUrls: new Map(),
    serviceSecret: undefined,
    redisUrl: undefined,
    oidc: undefined,
    routesFile: undefined,
    resilienceFile: undefined,
  });
});

Deno.test("a secret that will not do is described, not shown", () => {
  deepEqual(problemsOf([], { SERVICE_SECRET: "my secret" }), [
    "SERVICE_SECRET is a text of 9 characters, allowed: at least 32 characters of ASCII without spaces, the same for all of them",
  ]);
});

Deno.test("an issuer of tokens is named with all that is taken of them", () => {
  const named = { OIDC_ISSUER: "https://id.example/shop", OIDC_AUDIENCE: "shop" };
  deepEqual(read([], named).oidc, {
    issuer: "https://id.example/shop",
    audience: "shop",
    keysUrl: undefined,
    rolesClaim: "roles",
    customerClaim: "sub",
    algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
    clockSkewS: 30,
    login: undefined,
  });
  const more = {
    OIDC_JWKS_URL: "http://127.0.0.1:9000/keys",
    OIDC_ROLES_CLAIM: "realm_access.roles",
    OIDC_CUSTOMER_CLAIM: "https://shop.example/customer",
    OIDC_ALGORITHMS: "ES256",
    OIDC_CLOCK_SKEW_S: "0",
  };
  const { keysUrl, algorithms, clockSkewS } = read([], { ...named, ...more }).oidc!;
  deepEqual([keysUrl, algorithms, clockSkewS], ["http://127.0.0.1:9000/keys", ["ES256"], 0]);
});

Deno.test("people log in where the issuer knows the console, and secrets of that are not shown", () => {
  const secrets = ["n", "o"].map((letter) => letter.repeat(32));
  const named = { OIDC_ISSUER: "https://id.example", OIDC_AUDIENCE: "shop", OIDC_CLIENT_ID: "c" };
  deepEqual(read([], named).oidc?.login, {
    clientId: "c",
    clientSecret: undefined,
    publicUrl: "http://127.0.0.1:8000",
    sessionSecrets: [],
  });
  const more = {
    OIDC_CLIENT_SECRET: "quiet",
    SESSION_SECRET: secrets.join(","),
    PUBLIC_URL: "https://shop.example",
  };
  const { login } = read([], { ...named, ...more, HOST: "0.0.0.0" }).oidc ?? {};
  deepEqual([login?.sessionSecrets, login?.publicUrl], [secrets, "https://shop.example"]);
  deepEqual(problemsOf([], { ...named, HOST: "0.0.0.0" }), [
    'OIDC_CLIENT_ID is set without PUBLIC_URL, which HOST "0.0.0.0" does not tell',
  ]);
  for (const name of ["OIDC_CLIENT_SECRET", "SESSION_SECRET"]) {
    const [problem = ""] = problemsOf([], { [name]: "very secret" });
    ok(problem.startsWith(`${name} is a text of 11 characters`) && !problem.includes("very"));
  }
});

Deno.test("what would leave tokens unasked for, or believe anybody's, does not start", () => {
  deepEqual(problemsOf([], { OIDC_ISSUER: "https://id.example" }), [
    "OIDC_ISSUER is set without OIDC_AUDIENCE, allowed: both, or none",
  ]);
  deepEqual(problemsOf([], { OIDC_AUDIENCE: "shop" }), [
    "OIDC_AUDIENCE is set without OIDC_ISSUER, by which nobody is asked",
  ]);
  for (const url of ["http://id.example", "https://id.example?x=1", "id.example", "ftp://a"]) {
    equal(problemsOf([], { OIDC_ISSUER: url, OIDC_AUDIENCE: "shop" }).length, 1, url);
  }
  for (const names of ["HS256", "none", "RS256,HS256", "RS256,", ""]) {
    equal(problemsOf([], { OIDC_ALGORITHMS: names }).length, names === "" ? 0 : 1, names);
  }
});

Deno.test("variables set everything", () => {
  const url = "postgres://u:p@db:5432/order";
  const config = read([], {
    PORT: "0",
    HOST: "::1",
    HOST_NAMES: "shop.example,www.shop.example",
    DATA_DIR: "/var/data",
    LOG_LEVEL: "debug",
    EVENTSTORE_URL: "esdb+discover://admin:changeit@a:2113,b:2113?tls=false",
    DATABASE_URL: "postgresql://db",
    ORDER_DATABASE_URL: url,
    TIMELINE_DATABASE_URL: url,
    SERVICE_URLS: "order=http://order:8000,timeline=http://timeline:8000",
    SERVICE_SECRET: "0123456789abcdef0123456789abcdef",
    REDIS_URL: "rediss://:secret@cache:6379/1",
    MOST_PARKED_KEYS: "20",
  });
  equal(config.mostParkedKeys, 20);
  equal(config.port, 0);
  deepEqual(config.hostNames, ["shop.example", "www.shop.example"]);
  equal(config.serviceSecret, "0123456789abcdef0123456789abcdef");
  equal(config.databaseUrl, "postgresql://db");
  deepEqual([...config.databaseUrls], [["order", url], ["timeline", url]]);
  equal(config.serviceUrls.get("timeline"), "http://timeline:8000");
  equal(config.redisUrl, "rediss://:secret@cache:6379/1");
  match(config.eventStoreUrl ?? "", /^esdb\+discover:/);
});

Deno.test("a flag wins over its variable, in both spellings", () => {
  equal(read(["--port", "1"], { PORT: "2" }).port, 1);
  equal(read(["--port=1"], { PORT: "2" }).port, 1);
  equal(read(["--data-dir=a=b"]).dataDirectory, "a=b");
  equal(read(["--log-level", "warn", "--host", "0.0.0.0"]).logLevel, "warn");
});

Deno.test("a switch is said by being there, and needs no value", () => {
  const config = read(["--allow-stranded", "--port", "1"]);
  deepEqual([config.allowStranded, config.port], [true, 1]);
  equal(read(["--allow-stranded=false"], { ALLOW_STRANDED: "true" }).allowStranded, false);
  equal(read([], { ALLOW_STRANDED: "true" }).allowStranded, true);
  equal(problemsOf(["--allow-stranded=maybe"]).length, 1);
});

Deno.test("a variable set to nothing counts as not set", () => {
  equal(read([], { PORT: "", DATABASE_URL: "" }).port, 8000);
});

Deno.test("all wrong values are told at once, with name, value and what is allowed", () => {
  deepEqual(problemsOf(["--port", "70000"], { LOG_LEVEL: "loud", HOST: "a b" }), [
    '--port is "70000", allowed: a whole number from 0 to 65535',
    'HOST is "a b", allowed: a host name or an IP address',
    'LOG_LEVEL is "loud", allowed: debug, info, warn, error',
  ]);
  throws(() => read([], { PORT: "8e3" }), /^ConfigError: Cannot start: PORT is "8e3", allowed: /);
});

Deno.test("an empty flag is a wrong value, not an absent one", () => {
  equal(problemsOf(["--data-dir="]).length, 1);
});

for (
  const [variable, value] of [
    ["EVENTSTORE_URL", "http://localhost:2113"],
    ["EVENTSTORE_URL", "esdb://"],
    ["DATABASE_URL", "localhost:5432"],
    ["DATABASE_URL", "mysql://localhost/order"],
    ["DATABASE_URL", "postgres://localhost:99999999"],
    ["ORDER_DATABASE_URL", "postgres://localhost"],
    ["TRUSTED_PROXIES", "10.0.0.0/8,proxy"],
    ["REDIS_URL", "redis//localhost"],
    ["REDIS_URL", "redis://one:6379,other:6379"],
    ["REDIS_URL", "redis://localhost/cache"],
    ["SERVICE_URLS", "http://order:8000"],
    ["PORT", "-1"],
    ["DATA_DIR", "a\0b"],
    ["DATA_DIR", "a,b"],
  ] as const
) {
  Deno.test(`${variable} cannot be ${JSON.stringify(value)}`, () => {
    const problems = problemsOf([], { [variable]: value });
    equal(problems.length, 1);
    ok(problems[0]?.startsWith(`${variable} is "`));
  });
}

Deno.test("a wrong URL is shown without its password, however wrong it is", () => {
  const wrong = [
    ["mysql://me:se@cret@localhost/x", "mysql://me:***@localhost/x"],
    ["postgres//me:se/cret@localhost", "postgres//me:***@localhost"],
    ["me:se?cret://@localhost", "me:***@localhost"],
    ["postgres://:secret@localhost:x", "postgres://:***@localhost:x"],
    ["postgres://me:sec ret@", "postgres://me:***@"],
  ] as const;
  for (const [given, shown] of wrong) {
    const [problem = ""] = problemsOf([], { DATABASE_URL: given });
    equal(problem.slice(0, problem.indexOf(",")), `DATABASE_URL is "${shown}"`);
  }
});

Deno.test("a variable for a service that does not exist is refused with those there are", () => {
  deepEqual(problemsOf([], { LOYALTY_DATABASE_URL: "postgres://db/x", PAYMENT_DATABASE_URL: "" }), [
    "LOYALTY_DATABASE_URL is set for no service, services are order, timeline",
  ]);
  deepEqual(problemsOf([], { SERVICE_URLS: "order=http://a:1,orders=http://b:1" }), [
    'SERVICE_URLS names service "orders", services are order, timeline',
  ]);
});

Deno.test("where only some variables may be seen, those are read", () => {
  const given = new Map([["ORDER_DATABASE_URL", "postgres://db/order"], ["PORT", "1"]]);
  const env = { get: (name: string) => given.get(name) };
  const { databaseUrls } = readConfig(application, { args: [], env });
  deepEqual([...databaseUrls], [["order", "postgres://db/order"]]);
  equal(databaseUrls.get("constructor"), undefined);
});

Deno.test("flags that are unknown, lack a value or are none are named", () => {
  deepEqual(problemsOf(["--prot", "--port", "--host", "h", "extra", "--split=1"]), [
    'unknown flag "--prot", known: --port, --host, --data-dir, --log-level, --allow-stranded, --help',
    "--port lacks its value",
    'unexpected argument "extra"',
    'unknown flag "--split", known: --port, --host, --data-dir, --log-level, --allow-stranded, --help',
  ]);
  const own = ["--split"];
  equal(
    readConfig(application, { args: ["--split"], own, env: { get: () => undefined } }).port,
    8000,
  );
  throws(
    () => readConfig(application, { args: ["--splitt"], own, env: { get: () => undefined } }),
    /known: --port, .*, --allow-stranded, --split, --help$/,
  );
});

Deno.test("help names every variable, its default and what is allowed", () => {
  equal(read(["--help", "--prot"], { PORT: "wrong" }).help, true);
  const help = configHelp(application, { "--split": "many processes" });
  match(help, /^ {4}--split +many processes\n {4}--help +this text\n {4}--port, PORT /m);
  for (const variable of environmentVariables(application)) ok(help.includes(variable), variable);
  match(
    help,
    /--port, PORT +port of the gateway, 0 for any free one \(default 8000\)\n +a whole number/,
  );
});

Deno.test("whatever is given is read or refused with reasons", () => {
  const text = fc.string({ unit: "binary" });
  const env = fc.dictionary(
    fc.constantFrom(...environmentVariables(application), "LOYALTY_DATABASE_URL"),
    text,
  );
  fc.assert(fc.property(fc.array(text), env, (args, values) => {
    try {
      read(args, values);
    } catch (error) {
      ok(error instanceof ConfigError && error.problems.length > 0);
    }
  }));
});

Deno.test("a database's parameters are refused where they cannot be meant, with what is allowed", () => {
  deepEqual(
    problemsOf([], {
      DATABASE_URL: "postgres://db/x?sslmode=bogus",
      ORDER_DATABASE_URL: "postgres://db/x?schema=mine",
    }).toSorted(),
    [
      'DATABASE_URL has sslmode "bogus", allowed: disable, allow, prefer, require, verify-ca, verify-full',
      'ORDER_DATABASE_URL has schema "mine", allowed: public',
    ],
  );
});
