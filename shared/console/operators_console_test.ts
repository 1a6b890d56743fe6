import { eventLog, type Log, Refusal, silentLog, Unavailable } from "@headwater/core";
import assert from "node:assert/strict";
import { z } from "zod";
import { openConsole as open } from "./testing/open_console.ts";

Deno.test("pages bring nothing that runs but the console's own files", async () => {
  const ask = open();
  const { answer, text } = await ask("/console");
  assert.equal(answer.status, 200);
  const policy = answer.headers.get("Content-Security-Policy") ?? "";
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; /);
  assert.doesNotMatch(policy, /unsafe/);
  assert.doesNotMatch(text, / style="| on[a-z]+="/);
  for (const [, url = ""] of text.matchAll(/(?:src|href)="(\/console\/[a-z]+\.[^"]+)"/g)) {
    const { answer } = await ask(url);
    assert.equal(answer.status, 200, url);
    assert.match(answer.headers.get("Cache-Control") ?? "", /immutable/);
  }
});

Deno.test("a page says who looks at it and where they log out, and offers them what they may do", async () => {
  const acts = {
    projections: [{ ...{ name: "drop", summary: "", args: z.object({}) }, role: "admin" as const }],
  };
  const generation = {
    ...{
      service: "door",
      name: "doors",
      generation: 1,
      state: "retired",
      since: null,
      cause: null,
    },
    ...{ lagMs: 0, caughtUp: true, position: 1, version: 1, needsRebuild: false, parkedKeys: 0 },
    ...{ progress: null, owner: null, status: "retired", verdict: null },
  };
  const told = {
    service: "door",
    name: "doors",
    version: 1,
    generations: [generation],
    letters: [],
  };
  const pageOf = async (...roles: string[]) =>
    (await open({
      acts: { projections: acts.projections.map((act) => ({ ...act, changes: true })) },
      ask: ({ path }) => Promise.resolve(path === "projections/show" ? told : []),
      ...{ logOutUrl: "/out", identity: { actor: "42", name: "Otto", roles } },
    })("/console/projections/door/doors")).text;
  const [operators, admins] = [await pageOf("operator"), await pageOf("admin")];
  for (const text of [operators, admins]) {
    assert.match(text, /Otto<\/b> (operator|admin)/);
    assert.match(text, /<form method="post" action="\/out"><button[^>]*>Log out/);
    assert.match(text, /<a class="button"[^>]*>Rollback<\/a>/);
  }
  assert.match(operators, /aria-disabled="true">Drop <span class="whose">admin only</);
  assert.match(admins, /<a class="button is-grave"[^>]*>Drop<\/a>/);
  const { text } = await open({ logOutUrl: "/out" })("/console");
  assert.doesNotMatch(text, /Log out/);
});

Deno.test("an address where nothing is, is answered with a page that says so", async () => {
  const { answer, text } = await open()("/console/nowhere/at/all");
  assert.equal(answer.status, 404);
  assert.match(text, /Nothing is here/);
});

Deno.test("a page that cannot be shown says why, under the console's policy", async () => {
  const { answer, text } = await open({
    log: {
      ...eventLog.memoryLog(),
      readAll: () => {
        throw new Error("the <disk> is gone");
      },
    },
  })("/console");
  assert.equal(answer.status, 500);
  assert.match(text, /the &lt;disk&gt; is gone/);
  assert.ok(answer.headers.get("Content-Security-Policy"));
});

Deno.test("a page that waits for what does not answer says so for now, and nobody is called up for it", async () => {
  const errors: string[] = [];
  const logger: Log = { ...silentLog, error: (message) => errors.push(message) };
  const away = () => {
    throw new Unavailable("The event log does not answer");
  };
  const ask = open({ log: { ...eventLog.memoryLog(), readAll: away, read: away }, logger });
  for (
    const path of ["/console", "/console/streams", "/console/streams/door-1", "/console/story/1234"]
  ) {
    const { answer, text } = await ask(path);
    assert.equal(answer.status, 503, path);
    assert.ok(answer.headers.get("Retry-After"), path);
    assert.match(text, /The event log does not answer/);
  }
  assert.deepEqual(errors, []);
});

Deno.test("of a service that does not answer it is said that nothing is known, and not that all is well", async () => {
  const services = [{ name: "door", categories: [] }, { name: "bell", categories: [] }];
  const ask = open({
    services,
    ask: ({ service }) =>
      service === "door"
        ? Promise.reject(new Unavailable("The database is not there"))
        : Promise.reject(new Refusal("route-unknown", "A bell has nothing like that")),
  });
  const { text } = await ask("/console");
  assert.doesNotMatch(text, /Everything is well/);
  assert.match(text, /door does not tell of its sagas[\s\S]*The database is not there/);
  assert.match(text, /door does not tell of its read models/);
  assert.doesNotMatch(text, /bell does not tell/);
  const { answer, text: unknown } = await ask("/console/routes/things");
  assert.equal(answer.status, 503);
  assert.match(unknown, /Cannot tell of route &quot;things&quot;: door does not answer/);
  for (const path of ["/console/sagas", "/console/projections", "/console/routes"]) {
    const { answer, text } = await ask(path);
    assert.equal(answer.status, 200, path);
    assert.match(text, /door does not answer: what it has is not among these/, path);
    assert.doesNotMatch(
      text,
      /No instance is unfinished|No service has told of a read model|No route moves/,
      path,
    );
  }
});

Deno.test("before all services have told, nobody is told that all is well", async () => {
  const { promise: told, resolve } = Promise.withResolvers<unknown>();
  const ask = open({ ask: () => told });
  const { text } = await ask("/console");
  assert.doesNotMatch(text, /Everything is well/);
  assert.match(text, /Asking all services whether all is well/);
  resolve([]);
  await ask("/console");
  assert.match((await ask("/console")).text, /Everything is well/);
});
