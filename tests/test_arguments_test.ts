import assert from "node:assert/strict";
import { testArguments } from "./test_arguments.ts";

Deno.test("what is to be tested may be named before options, after them and between them", () => {
  for (
    const args of [
      ["core", "tests/api", "--no-check", "--filter", "core"],
      ["--no-check", "core", "--filter", "core", "tests/api"],
      ["--no-check", "--filter", "core", "core", "tests/api"],
    ]
  ) {
    assert.deepEqual(testArguments(args), {
      named: ["core", "tests/api"],
      options: ["--no-check", "--filter", "core"],
    });
  }
});

Deno.test("the value of an option names nothing to be tested", () => {
  const options = ["--filter", "a customer", "--reporter=dot"];
  assert.deepEqual(testArguments(options), { named: [], options });
});
