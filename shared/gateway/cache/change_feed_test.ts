import { silentLog, time } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import assert from "node:assert/strict";
import { feedChanges } from "./change_feed.ts";

type Answer = () => Response | Promise<Response>;

/** Listens to a service that answers so, one after the other, and then no more; what is known of it is written down. */
function listening(...answers: readonly Answer[]) {
  const clock = manualClock();
  const known: string[] = [];
  const ended = new AbortController();
  let calls = 0;
  const ending = feedChanges({
    begin: (log) => void known.push(`begin ${log}`),
    hear: ({ view, position, keys }) => void known.push(`${view} ${position} ${keys}`),
    forget: () => void known.push("forget"),
  }, {
    service: "things",
    views: ["doors", "keys"],
    client: {
      async call(service, { url, signal }) {
        assert.equal(service, "things");
        assert.equal(url, "http://things/views/changes?views=doors,keys");
        const answer = answers[calls++];
        if (answer) return await answer();
        await time.aborted(signal);
        throw signal.reason;
      },
    },
    logger: silentLog,
    signal: ended.signal,
    random: () => 0.5,
    clock,
  });
  return {
    ...{ clock, known },
    calls: () => calls,
    async end() {
      ended.abort();
      await ending;
    },
  };
}

/** Says so much, and then nothing, until it is left. */
function saying(...texts: readonly string[]): Answer {
  return () =>
    new Response(
      new ReadableStream({
        start(stream) {
          for (const text of texts) stream.enqueue(new TextEncoder().encode(text));
        },
      }),
    );
}

const hello = 'data: {"log":"x"}\n\n';

Deno.test("what is told is heard, in whatever pieces it comes", async () => {
  const doors = 'data: {"view":"doors","position":3,"keys":["ä"],"isRewrite":false}\n\n';
  const bytes = hello + doors + ":\n\n";
  const { clock, known, end } = listening(
    saying(...[0, 10, 25, 60, 80].map((from, index, all) => bytes.slice(from, all[index + 1]))),
  );
  await clock.advance(0);
  assert.deepEqual(known, ["begin x", "doors 3 ä"]);
  await end();
});

Deno.test("who is silent for three seconds is gone, and asked again", async () => {
  const { clock, known, calls, end } = listening(saying(hello), saying(hello));
  await clock.advance(2_999);
  assert.deepEqual(known, ["begin x"]);
  await clock.advance(1);
  assert.deepEqual(known, ["begin x", "forget"]);
  await clock.advance(1_000);
  assert.deepEqual(known, ["begin x", "forget", "begin x"]);
  assert.equal(calls(), 2);
  await end();
});

for (
  const [what, answer] of [
    ["an error", () => new Response("no", { status: 404 })],
    ["what is no event", saying("data: {}\n\n")],
    ["what is no JSON", saying("data: {\n\n")],
    ["an endless line", saying("data: ".padEnd(1_100_000, "x"))],
    ["an end", () => new Response(hello)],
    ["nothing", () => Promise.reject(new Error("unreachable"))],
  ] as const satisfies readonly (readonly [string, Answer])[]
) {
  Deno.test(`a service that answers with ${what} is asked again, and nothing is known meanwhile`, async () => {
    const { clock, known, calls, end } = listening(answer, saying(hello));
    await clock.advance(0);
    assert.equal(known.at(-1), "forget");
    await clock.advance(1_000);
    assert.equal(known.at(-1), "begin x");
    assert.equal(calls(), 2);
    await end();
  });
}
