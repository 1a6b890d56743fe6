import assert from "node:assert/strict";
import { environmentVariables } from "@headwater/host";
import { eventually, within } from "@headwater/testing";
import { shop } from "@shop/app";
import { root } from "../architecture/place.ts";
import { freePort } from "../free_port.ts";

/** In every place of the settings that may hold one; each is told from the others. */
const secrets = {
  eventStore: "marked-event-store",
  database: "marked-database",
  orderDatabase: "marked-order-database",
  redis: "marked-redis",
  service: "marked-service-0123456789abcdef0123",
  client: "marked-client",
  session: "marked-session-0123456789abcdef0123",
};
/** Where nobody listens. */
const nowhere = "127.0.0.1:9";

const settings = {
  EVENTSTORE_URL: `esdb://admin:${secrets.eventStore}@${nowhere}?tls=false`,
  DATABASE_URL: `postgres://shop:${secrets.database}@${nowhere}/postgres`,
  ORDER_DATABASE_URL: `postgres://shop:${secrets.orderDatabase}@${nowhere}/order`,
  REDIS_URL: `redis://shop:${secrets.redis}@${nowhere}`,
  SERVICE_SECRET: secrets.service,
  SERVICE_URLS: shop.services.map(({ name }) => `${name}=http://${nowhere}`).join(","),
  OIDC_ISSUER: `http://${nowhere}`,
  OIDC_AUDIENCE: "shop",
  OIDC_CLIENT_ID: "console",
  OIDC_CLIENT_SECRET: secrets.client,
  SESSION_SECRET: secrets.session,
  LOG_LEVEL: "debug",
};

type Started = {
  readonly child: Deno.ChildProcess;
  /** Resolves when it has written something, or has ended. */
  readonly first: Promise<unknown>;
  /** All that it has written, once it has ended. */
  readonly written: Promise<string>;
};

function start(words: readonly string[], env: Readonly<Record<string, string>>): Started {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-all", "services/main.ts", ...words],
    cwd: root,
    env: {
      ...Object.fromEntries(environmentVariables(shop).map((name) => [name, ""])),
      NO_COLOR: "1",
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { promise: first, resolve } = Promise.withResolvers<void>();
  async function read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
    let text = "";
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      text += part;
      resolve();
    }
    return text;
  }
  const written = Promise.all([read(child.stdout), read(child.stderr)])
    .then((texts) => texts.join("\n")).finally(resolve);
  return { child, first, written };
}

async function outputOf(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { child, written } = start(words, env);
  await within(`${words.join(" ")} to end`, child.status);
  return await written;
}

function assertHidden(text: string, where: string): void {
  assert.ok(text.length > 0, `${where} says nothing`);
  const shown = Object.values(secrets).filter((secret) => text.includes(secret));
  assert.deepEqual(shown, [], `${where} shows secrets: ${text}`);
}

Deno.test("a gateway that reaches nothing shows no secret: not in answers, not in what it logs", async () => {
  const port = freePort();
  const { child, written } = start(["gateway", "--port", String(port)], settings);
  const url = `http://127.0.0.1:${port}`;
  await eventually("the gateway to answer", async () => {
    const answer = await fetch(`${url}/health/live`).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.ok;
  });
  const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtYXJrZWQtdG9rZW4ifQ.bWFya2VkLXNpZ25hdHVyZQ";
  const asked: [path: string, options?: RequestInit][] = [
    ["/health/ready"],
    ["/health/startup"],
    ["/metrics"],
    ["/"],
    ["/console"],
    ["/console/login", { redirect: "manual" }],
    ["/api/products"],
    ["/api/orders", { headers: { Authorization: `Bearer ${token}` } }],
    ["/api/orders", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{" }],
    ["/ops/routes", { headers: { "X-Service-Secret": "guessed" } }],
    ["/ops/routes", { headers: { "X-Service-Secret": secrets.service } }],
    ["/ops/metrics/targets", { headers: { "X-Service-Secret": secrets.service } }],
  ];
  for (const [path, options] of asked) {
    const answer = await fetch(`${url}${path}`, options);
    const headers = JSON.stringify([...answer.headers]);
    assertHidden(`${answer.status} ${headers} ${await answer.text()}`, path);
  }
  child.kill("SIGTERM");
  await within("the gateway to end", child.status);
  const log = await written;
  assertHidden(log, "the log of the gateway");
  assert.ok(!log.includes(token), "The log of the gateway shows a token");
});

Deno.test("a service that reaches nothing, and an operator's command, show no secret", async () => {
  const { child, first, written } = start(["service", "payment"], {
    ...settings,
    PORT: String(freePort()),
  });
  await within("the service to say something", first);
  try {
    child.kill("SIGTERM");
  } catch (error) {
    // It has ended by itself
    assert.ok(error instanceof TypeError);
  }
  await within("the service to end", child.status);
  assertHidden(await written, "the service");
  assertHidden(await outputOf(["projections", "status"], settings), "projections status");
});

Deno.test("settings that do not fit are said without what may be a secret in them, and help shows none", async () => {
  const wrong = {
    ...settings,
    EVENTSTORE_URL: `http://admin:${secrets.eventStore}@host:2113`,
    DATABASE_URL: `postgres://shop:${secrets.database}@`,
    ORDER_DATABASE_URL: `postgres://shop:${secrets.orderDatabase}@${nowhere}`,
    REDIS_URL: `http://shop:${secrets.redis}@${nowhere}`,
    SERVICE_SECRET: `${secrets.service} x`,
    OIDC_CLIENT_SECRET: `${secrets.client} x`,
    SESSION_SECRET: `${secrets.session} x`,
  };
  const said = await outputOf(["gateway"], wrong);
  assertHidden(said, "the refusal to start");
  for (const name of Object.keys(wrong).filter((name) => /SECRET$|_URL$/.test(name))) {
    if (name === "SERVICE_URLS") continue;
    assert.match(said, new RegExp(`Cannot start: ${name} `));
  }
  assertHidden(await outputOf(["gateway", "--help"], settings), "help");
});
