import { Refusal, type Service, silentLog, Unavailable } from "@headwater/core";
import assert from "node:assert/strict";
import { askRunning } from "./ask_running.ts";
import { serve } from "./serve.ts";

const asked = { path: "routes/set", args: { share: 10 }, actor: "Łada", secret: undefined };

async function withServer(
  service: Service,
  act: (url: string) => Promise<void>,
): Promise<void> {
  const options = { host: "127.0.0.1", port: 0, lingerMs: 0, logger: silentLog };
  await using server = serve(service, options);
  await act(server.url);
}

Deno.test("the application that runs is asked for an act, by whom, and with its secret", async () => {
  const heard: unknown[] = [];
  await withServer(async (request) => {
    const { headers, method, url } = request;
    const names = ["X-Actor", "X-Service-Secret"];
    heard.push([method, new URL(url).pathname, ...names.map((name) => headers.get(name))]);
    heard.push(await request.json());
    return Response.json({ route: "catalog" });
  }, async (url) => {
    assert.deepEqual(await askRunning(url, asked), { route: "catalog" });
    await askRunning(url, { ...asked, secret: "secret" });
  });
  assert.deepEqual(heard, [
    ["POST", "/ops/routes/set", "?ada", null],
    { share: 10 },
    ["POST", "/ops/routes/set", "?ada", "secret"],
    { share: 10 },
  ]);
});

Deno.test("what it refuses is refused here in the same words, what it cannot do now is not known", async () => {
  const problem = { code: "strangled-route-unknown", detail: "Cannot find it" };
  for (const [status, kind] of [[404, Refusal], [503, Unavailable]] as const) {
    await withServer(
      () => Promise.resolve(Response.json(problem, { status })),
      async (url) => {
        await assert.rejects(
          askRunning(url, asked),
          (error) =>
            error instanceof kind && error.code === problem.code &&
            error.message.includes(problem.detail),
        );
      },
    );
  }
  await withServer(
    () => Promise.resolve(new Response("no JSON", { status: 502 })),
    async (url) => {
      await assert.rejects(askRunning(url, asked), /it answers 502/);
    },
  );
});

Deno.test("an application that does not answer is said to be so", async () => {
  let gone = "";
  await withServer(() => Promise.resolve(new Response()), (url) => {
    gone = url;
    return Promise.resolve();
  });
  await assert.rejects(askRunning(gone, asked), /does not answer/);
});
