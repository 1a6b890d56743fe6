import assert from "node:assert/strict";
import {
  OptionsError,
  readServerOptions,
  type ServerOptions,
  serverOptionsHelp,
} from "./server_options.ts";

Deno.test("without options the server is a durable one on the original's port, for this machine only", () => {
  const options = read();
  assert.equal(options.host, "127.0.0.1");
  assert.equal(options.port, 2113);
  assert.equal(options.data, ".data/eventstore");
  assert.equal(options.flushToDisk, true);
  assert.equal(options.maxAppendBytes, 1_048_576);
  assert.equal(options.projections, true);
  assert.equal(options.startProjections, true);
});

Deno.test("our short flags and the original's names mean the same", () => {
  const ours = read(["--port", "0", "--host=0.0.0.0", "--data", "/tmp/store"]);
  const theirs = read(["--node-port", "0", "--node-ip", "0.0.0.0", "--db=/tmp/store"]);
  const variables = read([], {
    EVENTSTORE_NODE_PORT: "0",
    EVENTSTORE_NODE_IP: "0.0.0.0",
    EVENTSTORE_DB: "/tmp/store",
  });
  assert.deepEqual(theirs, ours);
  assert.deepEqual(variables, ours);
  assert.equal(ours.port, 0);
});

Deno.test("a switch may stand alone", () => {
  const options = read(["--mem-db", "--start-standard-projections", "--insecure", "--port", "1"]);
  assert.equal(options.data, ":memory:");
  assert.equal(options.startProjections, true);
  assert.equal(options.port, 1);
  assert.equal(read(["--start-standard-projections=false"]).startProjections, false);
  assert.equal(read(["--mem-db", "false"]).data, ".data/eventstore");
  assert.equal(read(["--mem-db=0"]).data, ".data/eventstore");
  assert.equal(read(["--unsafe-disable-flush-to-disk"]).flushToDisk, false);
});

Deno.test("the original's words for projections and log levels are understood", () => {
  assert.equal(read([], { EVENTSTORE_RUN_PROJECTIONS: "All" }).projections, true);
  assert.equal(read(["--run-projections", "None"]).projections, false);
  assert.equal(read(["--log-level", "Information"]).logLevel, "info");
  assert.equal(read(["--log-level", "Verbose"]).logLevel, "debug");
});

Deno.test("a flag wins over its variable, and an empty variable is none", () => {
  assert.equal(read(["--port", "7"], { EVENTSTORE_NODE_PORT: "8" }).port, 7);
  assert.equal(read(["--http-port=7"], { EVENTSTORE_HTTP_PORT: "8" }).port, 7);
  assert.equal(read([], { EVENTSTORE_HTTP_PORT: "8" }).port, 8);
  assert.equal(read([], { EVENTSTORE_NODE_PORT: "" }).port, 2113);
});

Deno.test("what is wrong is named with what is allowed, all at once", () => {
  const error = failure(["--port", "70000", "--tls", "on", "--insecure=false"], {
    EVENTSTORE_MAX_APPEND_SIZE: "17000000",
    EVENTSTORE_CLUSTER_SIZE: "3",
  });
  assert.deepEqual(error.problems.map((problem) => problem.replace(/known: .*/, "…")), [
    'unknown flag "--tls", …',
    'unexpected argument "on"',
    '--port is "70000", allowed: a whole number from 0 to 65535',
    'EVENTSTORE_MAX_APPEND_SIZE is "17000000", allowed: a whole number from 1 to 16777216',
    'EVENTSTORE_CLUSTER_SIZE is "3", allowed: 1',
    '--insecure is "false", allowed: true',
  ]);
});

Deno.test("help names flags and variables, and is given whatever else is asked", () => {
  const help = serverOptionsHelp();
  for (const option of ["--mem-db", "EVENTSTORE_CLUSTER_SIZE", "--log-level", "--help"]) {
    assert.ok(help.includes(option), option);
  }
  assert.ok(help.includes("--port, --node-port, --http-port, EVENTSTORE_NODE_PORT"));
  assert.ok(
    help.includes(
      "where the events are kept, :memory: for a throw-away store (default .data/eventstore)",
    ),
  );
  assert.ok(help.includes("when its client allows it longer (default 10000)"));
  assert.equal(read(["--help", "--port", "junk"]).help, true);
});

function read(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): ServerOptions {
  return readServerOptions({ args, env: { get: (name) => env[name] } });
}

function failure(args: readonly string[], env: Readonly<Record<string, string>>): OptionsError {
  try {
    read(args, env);
  } catch (error) {
    if (error instanceof OptionsError) return error;
    throw error;
  }
  throw new Error("Cannot give the error: everything was accepted");
}
