import type { EventLog } from "@headwater/core";
import { appendTests } from "./event_log/append_tests.ts";
import { closeTests } from "./event_log/close_tests.ts";
import { identityTests } from "./event_log/identity_tests.ts";
import { raceTests } from "./event_log/race_tests.ts";
import { readTests } from "./event_log/read_tests.ts";
import { repeatTests } from "./event_log/repeat_tests.ts";
import { subscribeTests } from "./event_log/subscribe_tests.ts";
import { newTestCase } from "./event_log/test_case.ts";
import type { Registry } from "./registry.ts";
import { within } from "./within.ts";

const tests = {
  ...appendTests,
  ...repeatTests,
  ...readTests,
  ...subscribeTests,
  ...identityTests,
  ...raceTests,
  ...closeTests,
};

/**
 * What the port promises, as tests of one adapter. `open` may give a log that holds events already; each test closes
 * the one it got.
 */
export function eventLogSuite(
  name: string,
  open: () => Promise<EventLog>,
  { test: register }: Registry,
): void {
  for (const [sentence, test] of Object.entries(tests)) {
    register(`${name}: ${sentence}`, async () => {
      await using log = await open();
      await within(sentence, test(newTestCase(log)));
    });
  }
}

/** The log, whose closing ends what it was opened on as well. */
export function closedWith(log: EventLog, end: () => PromiseLike<void>): EventLog {
  const close = log[Symbol.asyncDispose].bind(log);
  let closing: Promise<void> | undefined;
  log[Symbol.asyncDispose] = () => closing ??= closeAndEnd();
  async function closeAndEnd(): Promise<void> {
    await close();
    await end();
  }
  return log;
}
