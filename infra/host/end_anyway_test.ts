import { deepEqual } from "node:assert/strict";
import { within } from "@headwater/testing";
import { endAnyway } from "./end_anyway.ts";

Deno.test("a process ends a while after it was asked to, whatever hangs", async () => {
  const asked = new AbortController();
  const over = Promise.withResolvers<string[]>();
  const said: string[] = [];
  using _end = endAnyway(asked.signal, {
    print: (line) => said.push(line),
    exit: () => over.resolve(said),
    ms: 1,
  });
  asked.abort();
  deepEqual(await within("the end", over.promise), [
    "Stopped without waiting any longer for what does not end",
  ]);
});

Deno.test("a process that has stopped by then ends without a word", () => {
  const asked = new AbortController();
  const said: string[] = [];
  {
    using _end = endAnyway(asked.signal, {
      print: (line) => said.push(line),
      exit: () => said.push("exit"),
      ms: 1,
    });
    asked.abort();
  }
  // A timer that is left would be found by the test's sanitizer
  deepEqual(said, []);
});
