import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const tests = `
const never = () => new Promise((resolve) => setTimeout(resolve, 1e9));
Deno.test("fails before", () => { throw new Error("text of the first failure"); });
Deno.test("waits for ever", never);
Deno.test({ name: "never lets go", fn() { for (;;); } });
Deno.test("has a limit of its own", { timeout: 100 }, never);
Deno.test(function passes() {});
Deno.test.ignore("is left out", never);
Deno.test("fails after", async (t) => {
  await t.step("in a step", () => { throw new Error("text of the last failure"); });
});
`;

Deno.test("a test that hangs fails alone, and every report says where its test is", async () => {
  const folder = await Deno.makeTempDir({ prefix: "headwater-limit-" });
  try {
    await Deno.writeTextFile(`${folder}/hanging_test.ts`, tests);
    const run = new Deno.Command(Deno.execPath(), {
      args: [
        ...[
          "test",
          "--no-check",
          "--no-config",
          "--no-prompt",
          "--allow-env=HEADWATER_TEST_LIMIT_MS",
        ],
        `--preload=${fileURLToPath(import.meta.resolve("./limit_tests.ts"))}`,
        folder,
      ],
      env: { HEADWATER_TEST_LIMIT_MS: "1000", NO_COLOR: "1" },
      stderr: "null",
    });
    const { code, stdout } = await within("the tests to end", run.output());
    const said = new TextDecoder().decode(stdout);
    assert.equal(code, 1);
    assert.match(said, /1 passed \| 5 failed .*\| 1 ignored/);
    assert.match(said, /waits for ever => \S+hanging_test\.ts:4:6\n.*timed out after 1000ms/);
    assert.match(said, /never lets go => \S+hanging_test\.ts:5:6\n.*timed out after 1000ms/);
    assert.match(said, /limit of its own => \S+hanging_test\.ts:6:6\n.*timed out after 100ms/);
    assert.match(said, /text of the first failure/);
    assert.match(said, /text of the last failure/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
