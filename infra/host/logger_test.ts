import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Log, time } from "@headwater/core";
import { createLogger } from "./logger.ts";

type Captured = { readonly log: Log; readonly lines: string[] };

function capture(options: Partial<Parameters<typeof createLogger>[0]> = {}): Captured {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const log = createLogger({ level: "info", readable: false, colour: false, write, ...options });
  return { log, lines };
}

function failure(): Error {
  return Object.assign(new TypeError("no such thing"), { code: "E_GONE" });
}

Deno.test("for machines an entry is one line of JSON", () => {
  const { log, lines } = capture();
  log.warn("A thing\nhappened", { order: "o1", nested: { count: 2n } });
  equal(lines.length, 1);
  match(lines[0]!, /^\{.*\}\n$/);
  const { time, ...entry } = JSON.parse(lines[0]!);
  ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
  deepEqual(entry, {
    order: "o1",
    nested: { count: "2" },
    level: "warn",
    message: "A thing\nhappened",
  });
});

Deno.test("a field cannot pose as the time, the level or the message", () => {
  const { log, lines } = capture();
  log.info("true", { level: "error", message: "false" });
  const { level, message } = JSON.parse(lines[0]!);
  deepEqual({ level, message }, { level: "info", message: "true" });
});

Deno.test("what is below the level is not written", () => {
  const { log, lines } = capture({ level: "warn" });
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  deepEqual(lines.map((line) => JSON.parse(line).message), ["c", "d"]);
});

Deno.test("an error shows its name, message and code, its cause too, and the stack at debug alone", () => {
  const error = new Error("outer", { cause: failure() });
  const { log, lines } = capture();
  log.error("Failed", { error });
  deepEqual(JSON.parse(lines[0]!).error, {
    name: "Error",
    message: "outer",
    cause: { name: "TypeError", message: "no such thing", code: "E_GONE" },
  });

  const debug = capture({ level: "debug" });
  debug.log.error("Failed", { error });
  match(JSON.parse(debug.lines[0]!).error.stack, /logger_test\.ts/);
});

Deno.test("a value that contains itself does not break the log; one that is there twice is shown twice", () => {
  const { log, lines } = capture();
  const circular: Record<string, unknown> = { a: 1 };
  circular.self = circular;
  const twice = { b: 2 };
  log.info("x", { circular, first: twice, second: [twice] });
  const { circular: shown, first, second } = JSON.parse(lines[0]!);
  deepEqual([shown, first, second], [{ a: 1, self: "(circular)" }, { b: 2 }, [{ b: 2 }]]);

  const error = new Error("of itself");
  error.cause = error;
  log.error("x", { error });
  match(lines[1]!, /circular/);
  const readable = capture({ readable: true });
  readable.log.error("x", { error });
  match(readable.lines[0]!, /of itself/);
});

Deno.test("for people an entry is one readable line", () => {
  const { log, lines } = capture({ readable: true });
  log.info("Listening", { url: "http://127.0.0.1:8000/", name: "the shop", missing: undefined });
  match(
    lines[0]!,
    /^\d\d:\d\d:\d\d\.\d{3} info {2}Listening url=http:\/\/127\.0\.0\.1:8000\/ name="the shop"\n$/,
  );
  log.error("Failed", { error: new Error("outer", { cause: failure() }) });
  match(
    lines[1]!,
    /error Failed error="Error: outer \(cause: .*TypeError E_GONE: no such thing.*\)"\n$/,
  );
});

Deno.test("for people the stack of an error follows at debug", () => {
  const { log, lines } = capture({ readable: true, level: "debug" });
  log.error("Failed", { error: failure() });
  match(
    lines[0]!,
    /error="TypeError E_GONE: no such thing"\nTypeError: no such thing\n.*logger_test\.ts/,
  );
});

Deno.test("what a client sent cannot begin a line of its own or steer the terminal", () => {
  const { log, lines } = capture({ readable: true });
  log.info("bad\n\x1b[2Jname", { value: "a\nb\x1b", "key": "x=y" });
  match(lines[0]!, /bad\\n\\u001b\[2Jname value="a\\nb\\u001b" key="x=y"\n$/);
});

Deno.test("the level has a colour where colours are wanted", () => {
  const { log, lines } = capture({ readable: true, colour: true });
  log.warn("Careful");
  ok(lines[0]!.endsWith("\x1b[33mwarn \x1b[0m Careful\n"));
});

Deno.test("what is said for a request bears its ids, what it leaves behind does not", async () => {
  const { log, lines } = capture();
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const { signal } = new AbortController();
  const over = Promise.withResolvers<void>();
  let left = Promise.resolve();
  await time.withinDeadline({ signal, remainingMs: () => 100 }, async () => {
    time.noteRequest({ correlationId: "mine", traceparent });
    await time.pause(0);
    log.info("under it");
    await time.withinDeadline({ signal, remainingMs: () => 50 }, () => {
      log.info("in a call", { correlationId: "said", order: "o1" });
      return Promise.resolve();
    });
    time.withoutDeadline(() => log.info("for all"));
    left = over.promise.then(() => log.info("after it"));
  });
  over.resolve();
  await left;
  log.info("for nobody");
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  deepEqual(
    lines.map((line) => JSON.parse(line)).map(({ time: _, level: _level, ...rest }) => rest),
    [
      { correlationId: "mine", traceId, message: "under it" },
      { correlationId: "said", traceId, order: "o1", message: "in a call" },
      { message: "for all" },
      { message: "after it" },
      { message: "for nobody" },
    ],
  );
});
