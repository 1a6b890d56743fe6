import assert from "node:assert/strict";
import { type Log, silentLog } from "@headwater/core";
import { eventually, within } from "@headwater/testing";
import { type ProcessPlan, superviseProcess } from "./supervised_process.ts";

const logger = silentLog;
const untilInputEnds = "for await (const _chunk of Deno.stdin.readable);";

Deno.test("a process that ends again and again is started again, after pauses that grow", async () => {
  const ends: Readonly<Record<string, unknown>>[] = [];
  const logger: Log = { ...silentLog, warn: (_message, fields = {}) => ends.push(fields) };
  await using _running = await superviseProcess(plan("Deno.exit(3)", {}), { logger });
  await eventually("three ends", () => ends.length >= 3);
  assert.deepEqual(ends.slice(0, 3).map(({ process, code, pauseMs }) => [process, code, pauseMs]), [
    ["child", 3, 100],
    ["child", 3, 200],
    ["child", 3, 400],
  ]);
});

Deno.test("a process that cannot be started again for a while is, once that is possible", async () => {
  const refused: unknown[] = [];
  const logger: Log = { ...silentLog, error: (_message, { error } = {}) => refused.push(error) };
  let spawned = 0;
  const env = {
    // What no machine takes
    get NUMBER() {
      return ++spawned === 1 || spawned > 3 ? String(spawned) : "\0";
    },
  };
  await using running = await superviseProcess(plan(untilInputEnds, { env }), { logger });
  const first = running.pid;
  await running.killOnce();
  assert.notEqual(running.pid, first);
  assert.equal(refused.length, 2);
});

Deno.test("it serves when the start resolves, and when its successor has taken over", async () => {
  const port = freePort();
  const serving = plan(
    `const server = Deno.serve({ hostname: "127.0.0.1", port: ${port}, onListen() {} }, () => new Response(String(Deno.pid)));
    ${untilInputEnds}
    await server.shutdown();`,
    { isReady: async () => await answer(port) !== undefined },
  );
  await using running = await superviseProcess(serving, { logger });
  const first = running.pid;
  assert.equal(await answer(port), String(first));
  await running.killOnce();
  assert.notEqual(running.pid, first);
  assert.equal(await answer(port), String(running.pid));
});

Deno.test("a process that ends before it serves fails the start", async () => {
  await assert.rejects(
    superviseProcess(plan("Deno.exit(7)", { isReady: () => Promise.resolve(false) }), { logger }),
    { message: 'Cannot start process "child": it ended with code 7' },
  );
});

Deno.test("a process that never serves fails the start, and is stopped", async () => {
  const marker = crypto.randomUUID();
  await assert.rejects(
    superviseProcess(
      plan(`${untilInputEnds} "${marker}"`, { isReady: () => Promise.resolve(false) }),
      { logger, startMs: 200 },
    ),
    { message: 'Cannot start process "child": it did not serve in 200 ms' },
  );
  assert.equal(await countProcesses(marker), 0);
});

Deno.test("a start that is given up stops the process, and fails with the reason", async () => {
  const marker = crypto.randomUUID();
  const giveUp = new AbortController();
  function isReady(): Promise<boolean> {
    giveUp.abort(new Error("enough"));
    return Promise.resolve(false);
  }
  await assert.rejects(
    superviseProcess(plan(`${untilInputEnds} "${marker}"`, { isReady }), {
      logger,
      signal: giveUp.signal,
    }),
    /enough/,
  );
  assert.equal(await countProcesses(marker), 0);
});

Deno.test("disposing closes the input of a process, and lets it end by itself", async () => {
  const file = await Deno.makeTempFile();
  try {
    const ending = plan(
      `await Deno.writeTextFile("${file}", "started"); ${untilInputEnds} await Deno.writeTextFile("${file}", "ended");`,
      { isReady: async () => await Deno.readTextFile(file) === "started", graceMs: 30_000 },
    );
    await (await superviseProcess(ending, { logger }))[Symbol.asyncDispose]();
    assert.equal(await Deno.readTextFile(file), "ended");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("a process sees what it is given, and not the whole environment", async () => {
  const file = await Deno.makeTempFile();
  Deno.env.set("HEADWATER_SECRET", "known to us");
  // How large the heap of each may grow is for all of them
  Deno.env.set("DENO_V8_FLAGS", "--max-old-space-size=512");
  try {
    const telling = plan(
      `await Deno.writeTextFile("${file}", ["GIVEN", "DENO_V8_FLAGS", "HOME", "HEADWATER_SECRET"].filter((name) => Deno.env.has(name)).join()); ${untilInputEnds}`,
      { env: { GIVEN: "yes" }, isReady: async () => await Deno.readTextFile(file) !== "" },
    );
    await using _running = await superviseProcess(telling, { logger });
    const home = Deno.env.has("HOME") ? ",HOME" : "";
    assert.equal(await Deno.readTextFile(file), `GIVEN,DENO_V8_FLAGS${home}`);
  } finally {
    Deno.env.delete("HEADWATER_SECRET");
    Deno.env.delete("DENO_V8_FLAGS");
    await Deno.remove(file);
  }
});

Deno.test("a process that does not end when it is asked to is killed", async () => {
  const marker = crypto.randomUUID();
  const deaf = plan(`setInterval(() => "${marker}", 1_000)`, { graceMs: 100 });
  await (await superviseProcess(deaf, { logger }))[Symbol.asyncDispose]();
  assert.equal(await countProcesses(marker), 0);
});

Deno.test({
  name: "a supervisor that is killed leaves no process behind",
  ignore: Deno.build.os === "windows",
  async fn() {
    const marker = crypto.randomUUID();
    const supervisor = `
      import { superviseProcess } from "${import.meta.resolve("./supervised_process.ts")}";
      const log = () => {};
      const logger = { debug: log, info: log, warn: log, error: log };
      const args = ["eval", Deno.args[0]];
      const isReady = () => Promise.resolve(true);
      await superviseProcess({ name: "child", args, env: {}, isReady }, { logger });
      console.log("running");`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", supervisor, `${untilInputEnds} "${marker}"`],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const said = await within("the supervisor to say that it runs", reader.read());
    assert.equal(said.value, "running\n");
    assert.equal(await countProcesses(marker), 2);
    child.kill("SIGKILL");
    await within("the supervisor to end", child.status);
    await eventually("the end of the child", async () => await countProcesses(marker) === 0);
  },
});

function plan(
  script: string,
  { isReady = () => Promise.resolve(true), ...rest }: Partial<ProcessPlan>,
): ProcessPlan {
  return { name: "child", args: ["eval", script], env: {}, isReady, ...rest };
}

async function answer(port: number): Promise<string | undefined> {
  try {
    return await (await within("an answer", fetch(`http://127.0.0.1:${port}/`))).text();
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** That have this in their command line. */
async function countProcesses(marker: string): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eww", "-o", "args="] }).output();
  return new TextDecoder().decode(stdout).split(marker).length - 1;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
