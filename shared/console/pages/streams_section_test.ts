import { aggregate, defineEvents, eventLog, type Recorded } from "@headwater/core";
import assert from "node:assert/strict";
import { z } from "zod";
import { appendTo, openConsole } from "../testing/open_console.ts";

const doorEvents = defineEvents("door", {
  DoorOpened: z.strictObject({ by: z.string() }),
  DoorClosed: z.strictObject({}),
});
const door = aggregate({
  events: doorEvents,
  commands: {},
  id: () => "",
  initialState: { isOpen: false, opened: 0 },
  decide: () => [],
  evolve: (state, { type }) =>
    type === "DoorOpened"
      ? { isOpen: true, opened: state.opened + 1 }
      : { ...state, isOpen: false },
});
const services = [{ name: "door", categories: ["door"], folds: [door] }];
const opened = { type: "DoorOpened", data: { by: "<b>Ada</b>" } };
const closed = { type: "DoorClosed", data: {} };

async function open() {
  const log = eventLog.memoryLog();
  await appendTo(log, { stream: "door-front", events: [opened, closed, opened] });
  return openConsole({ log, services });
}

Deno.test("a stream is shown event by event, each with the state that it has made", async () => {
  const ask = await open();
  const { text: stream } = await ask("/console/streams/door-front");
  assert.match(stream, /3 events/);
  const { text: event } = await ask("/console/streams/door-front/1");
  assert.match(event, /isOpen<\/td><td[^>]*>true<\/td><td[^>]*>false/);
  assert.match(event, /door-front\/0"[^>]*rel="prev"/);
  assert.match(event, /door-front\/2"[^>]*rel="next"/);
});

Deno.test("markup in data is text, in lists, in data and in state", async () => {
  const ask = await open();
  for (const path of ["", "/streams", "/streams/door-front", "/streams/door-front/0"]) {
    const { text } = await ask(`/console${path}`);
    assert.doesNotMatch(text, /<b>Ada/);
    assert.match(text, /&lt;b&gt;Ada/);
  }
});

Deno.test("what is gone, or never was, is answered by a page that says so", async () => {
  const ask = await open();
  for (
    const path of ["door-back", "door-front/3", "door-front/x", "$all", "%00", "a".repeat(900)]
  ) {
    const { answer, text } = await ask(`/console/streams/${path}`);
    assert.equal(answer.status, 404, path);
    assert.match(text, /There is no such event/);
  }
});

Deno.test("an id leads to its stream, a type to its events, a correlation to its story", async () => {
  const ask = await open();
  const { answer: byId } = await ask("/console/find?q=front");
  assert.equal(byId.headers.get("Location"), "/console/streams/door-front");
  const { answer: byCorrelation } = await ask("/console/find?q=request-1");
  assert.match(byCorrelation.headers.get("Location") ?? "", /^\/console\/story\/request-1/);
  const { answer: byType } = await ask("/console/find?q=DoorClosed");
  assert.equal(byType.headers.get("Location"), "/console/streams?type=DoorClosed");
  const { answer: unknown } = await ask("/console/find?q=%3Cb%3E");
  assert.equal(unknown.status, 404);
  const { text } = await ask("/console/streams?type=DoorClosed");
  assert.equal(text.match(/<tr class="flow"/g)?.length, 1);
});

Deno.test("data that is no JSON is shown as bytes, and given as they are", async () => {
  const log = eventLog.memoryLog();
  await appendTo(log, { stream: "door-front", events: [{ type: "Photo", data: null }] });
  const bytes = Uint8Array.from({ length: 5_000 }, (_, index) => index % 256);
  async function* withBytes(pages: AsyncIterable<readonly Recorded[]>) {
    for await (const page of pages) yield page.map((event) => eventLog.noteBytes(event, bytes));
  }
  const ask = openConsole({
    log: {
      ...log,
      read: (...asked) => withBytes(log.read(...asked)),
      readAll: (...asked) => withBytes(log.readAll(...asked)),
    },
  });
  const { text } = await ask("/console/streams/door-front/0");
  assert.match(text, /5,000 bytes that are no JSON, of which these are the first 256/);
  assert.match(text, /00000040 {2}40 41 42 43 .* @ABC/);
  assert.doesNotMatch(text, /00000100/);
  assert.match((await ask("/console/streams")).text, /5,000 bytes: 00 01 02/);
  const { answer } = await ask("/console/streams/door-front/0/data");
  assert.equal(answer.headers.get("Content-Type"), "application/octet-stream");
});

Deno.test("an event of megabytes is shown up to a bound, and given whole as a file", async () => {
  const log = eventLog.memoryLog();
  const data = { by: "x".repeat(5_000_000) };
  await appendTo(log, { stream: "door-front", events: [{ type: "DoorOpened", data }] });
  const ask = openConsole({ log });
  const { text } = await ask("/console/streams/door-front/0");
  assert.ok(text.length < 150_000, `${text.length} characters`);
  const { answer, text: file } = await ask("/console/streams/door-front/0/data");
  assert.match(answer.headers.get("Content-Disposition") ?? "", /^attachment/);
  assert.deepEqual(JSON.parse(file), data);
});
