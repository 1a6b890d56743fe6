import { Unavailable } from "@headwater/core";
import assert from "node:assert/strict";
import { liveChannel } from "./live_channel.ts";

function open(ending = new AbortController().signal) {
  const channel = liveChannel({ ending, clock: { now: () => 0, after: () => () => {} } });
  const runs: string[] = [];
  channel.add({
    messages: ["flow"],
    run(signal) {
      runs.push("began");
      signal.addEventListener("abort", () => runs.push("ended"), { once: true });
    },
  });
  return { channel, runs };
}

async function readText(reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>) {
  const { value } = await reader.read();
  return new TextDecoder().decode(value);
}

Deno.test("a source runs once for all who want it, and only while somebody does", async () => {
  const { channel, runs } = open();
  const others = channel.open(["troubles"]).getReader();
  assert.deepEqual(runs, []);
  const [one, two] = [channel.open(["flow"]).getReader(), channel.open(["flow"]).getReader()];
  await one.cancel();
  assert.deepEqual(runs, ["began"]);
  await two.cancel();
  assert.deepEqual(runs, ["began", "ended"]);
  await others.cancel();
});

Deno.test("who wants a message is told, on one line whatever is in it", async () => {
  const { channel } = open();
  const [wants, wantsNot] = [channel.open(["flow"]).getReader(), channel.open(["x"]).getReader()];
  assert.match(await readText(wants), /^retry: /);
  channel.tell("flow", "<b>\n\nevent: other\n</b>");
  assert.equal(await readText(wants), 'event: flow\ndata: "<b>\\n\\nevent: other\\n</b>"\n\n');
  await readText(wantsNot);
  channel.tell("x", "1");
  assert.match(await readText(wantsNot), /^event: x\n/);
  await wants.cancel();
  await wantsNot.cancel();
});

Deno.test("who does not read takes a bounded part of the memory, and is told again later", async () => {
  const { channel } = open();
  const slow = channel.open(["flow"]).getReader();
  for (let at = 0; at < 100; at++) channel.tell("flow", "x".repeat(100_000));
  let [bytes, reads] = [0, 0];
  for (channel.tell("flow", "x"); reads < 5; reads++) {
    bytes += (await slow.read()).value?.length ?? 0;
    if (bytes > 200_000) break;
  }
  assert.ok(bytes < 500_000, `${bytes} bytes were kept`);
  await slow.cancel();
});

Deno.test("no more pages are live than there is room for, and all end with the gateway", async () => {
  const ended = new AbortController();
  const { channel, runs } = open(ended.signal);
  const readers = Array.from({ length: 500 }, () => channel.open(["flow"]).getReader());
  assert.throws(() => channel.open(["flow"]), Unavailable);
  await readers[0]!.read();
  ended.abort();
  assert.equal((await readers[0]!.read()).done, true);
  assert.deepEqual(runs, ["began", "ended"]);
});
