import assert from "node:assert/strict";
import { shareWorkers } from "./share_workers.ts";

Deno.test("no file of tests is left out or run twice, and those that need it are alone", () => {
  const files = [
    "tests/scenarios/demo_test.ts",
    "tests/in_memory_test.ts",
    "services/story_test.ts",
    "elsewhere_test.ts",
    "tests/faults/kill_test.ts",
    "tests/faults/stop_test.ts",
    ...Array.from({ length: 5 }, (_, number) => `tests/api/asked${number}_test.ts`),
    ...Array.from({ length: 30 }, (_, number) => `shared/core/part${number}_test.ts`),
    "shared/http/served_test.ts",
    "shared/http/asked_test.ts",
    "shared/http/left_test.ts",
  ];
  const { alone, together } = shareWorkers(files, { leaves: (file) => file.includes("left") });

  assert.deepEqual(alone, [
    "tests/in_memory_test.ts",
    "elsewhere_test.ts",
    "tests/faults/kill_test.ts",
    "tests/faults/stop_test.ts",
    "shared/http/left_test.ts",
    "tests/scenarios/demo_test.ts",
    "services/story_test.ts",
  ]);
  assert.deepEqual(
    [...alone, ...[...together.values()].flat()].toSorted(),
    files.toSorted(),
  );
  assert.deepEqual([...together.keys()], [
    "tests_api_1_test.ts",
    "tests_api_2_test.ts",
    "shared_core_1_test.ts",
    "shared_core_2_test.ts",
    "shared_core_3_test.ts",
    "shared_http_1_test.ts",
  ]);
  assert.equal(together.get("shared_core_2_test.ts")?.length, 10);
});
