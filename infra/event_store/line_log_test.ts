import assert from "node:assert/strict";
import { lineLog, type LineLogOptions } from "./line_log.ts";

Deno.test("for machines an entry is one line of JSON, which fields cannot pose as", () => {
  const { log, lines } = capture({ fields: { process: "eventstore" } });
  log.warn("A thing\nhappened", { level: "error", count: 2n });
  const { time, ...entry } = JSON.parse(lines.join(""));
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
  assert.deepEqual(entry, {
    process: "eventstore",
    count: "2",
    level: "warn",
    message: "A thing\nhappened",
  });
});

Deno.test("for people an entry is one line, whatever a client sent", () => {
  const { log, lines } = capture({ readable: true });
  log.error("It\x1b[2Jbroke", { error: new Error("a\nb", { cause: new TypeError("c") }) });
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /error It\\u001b\[2Jbroke error=Error: a\\nb \(cause: TypeError: c\)\n$/);
});

Deno.test("what is below the level is not written, and stacks come with debug alone", () => {
  const quiet = capture({ level: "error" });
  quiet.log.warn("a");
  quiet.log.error("b", { error: new Error("c") });
  assert.equal(JSON.parse(quiet.lines.join("")).error.stack, undefined);
  const loud = capture({ level: "debug" });
  loud.log.debug("d", { error: new Error("e") });
  assert.match(JSON.parse(loud.lines.join("")).error.stack, /line_log_test/);
});

function capture(options: Partial<LineLogOptions> = {}) {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  return { log: lineLog({ level: "info", readable: false, write, ...options }), lines };
}
