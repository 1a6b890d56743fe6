import type { EventLog } from "@headwater/core";
import { appendTests } from "./event_log_append_tests.ts";
import { closeTests } from "./event_log_close_tests.ts";
import { raceTests } from "./event_log_race_tests.ts";
import { readTests } from "./event_log_read_tests.ts";
import { repeatTests } from "./event_log_repeat_tests.ts";
import { subscribeTests } from "./event_log_subscribe_tests.ts";
import { newTestCase } from "./event_log_test_case.ts";

const tests = {
  ...appendTests,
  ...repeatTests,
  ...readTests,
  ...subscribeTests,
  ...raceTests,
  ...closeTests,
};

/**
 * What the port promises, as tests of one adapter. `open` may give a log that holds events already; each test closes
 * the one it got.
 */
export function eventLogSuite(name: string, open: () => Promise<EventLog>): void {
  for (const [sentence, test] of Object.entries(tests)) {
    Deno.test(`${name}: ${sentence}`, async () => {
      await using log = await open();
      await test(newTestCase(log));
    });
  }
}
