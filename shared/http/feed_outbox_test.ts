import assert from "node:assert/strict";
import { type FeedOutbox, feedOutbox } from "./feed_outbox.ts";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function setUp(
  { refill = () => Promise.resolve() }: { refill?(outbox: FeedOutbox): Promise<void> } = {},
) {
  let ends = 0;
  const outbox: FeedOutbox = feedOutbox({ refill: () => refill(outbox), ended: () => ends++ });
  const reader = outbox.body.getReader();
  return {
    outbox,
    reader,
    ends: () => ends,
    async next(): Promise<string | undefined> {
      const { value } = await reader.read();
      return value && new TextDecoder().decode(value);
    },
  };
}

Deno.test("a client is sent what comes, and at once all that came while it was not reading", async () => {
  const { outbox, next, reader } = setUp();
  const first = next();
  outbox.send(bytes("one "));
  assert.equal(await first, "one ");
  for (const text of ["two ", "three ", "four"]) outbox.send(bytes(text));
  assert.equal(await next(), "two three four");
  await reader.cancel();
});

Deno.test("a client for which too much waits is hung up on, and nothing is kept for it", async () => {
  const { outbox, next, ends } = setUp();
  const chunk = new Uint8Array(100 * 1024);
  for (let sent = 0; sent < 3; sent++) outbox.send(chunk);
  assert.equal(ends(), 0);
  outbox.send(chunk);
  assert.equal(ends(), 1);
  assert.equal(await next(), undefined);
  outbox.send(chunk);
  outbox.end();
  assert.equal(ends(), 1);
});

Deno.test("what is longer than may wait is sent, or its reader would never get beyond it", async () => {
  const { outbox, next, reader, ends } = setUp();
  outbox.send(new Uint8Array(1024 * 1024));
  assert.equal((await next())?.length, 1024 * 1024);
  assert.equal(ends(), 0);
  await reader.cancel();
});

Deno.test("a client that takes nothing of what waits is hung up on after a while, one that is not sent anything is not", async () => {
  const stuck = setUp();
  const idle = setUp();
  const beat = bytes(":\n\n");
  for (let count = 0; count < 5; count++) {
    const taken = idle.next();
    for (const { outbox } of [stuck, idle]) outbox.beat(beat);
    assert.equal(await taken, ":\n\n");
  }
  assert.deepEqual([stuck.ends(), idle.ends()], [1, 0]);
  assert.equal(await stuck.next(), undefined);
  await idle.reader.cancel();
  assert.equal(idle.ends(), 1);
});

Deno.test("more is asked for when the client reads on and nothing waits, once at a time", async () => {
  let asked = 0;
  const asking = Promise.withResolvers<void>();
  const { promise, resolve } = Promise.withResolvers<void>();
  const { outbox, next, reader } = setUp({
    async refill(outbox) {
      asked++;
      asking.resolve();
      await promise;
      outbox.send(bytes(`page ${asked}`));
    },
  });
  outbox.send(bytes("waits"));
  assert.equal(await next(), "waits");
  assert.equal(asked, 0);
  const first = next();
  await asking.promise;
  // A sign of life comes while the page is read
  outbox.beat(bytes(":"));
  assert.equal(await first, ":");
  const second = next();
  resolve();
  assert.equal(await second, "page 1");
  assert.equal(await next(), "page 2");
  await reader.cancel();
});
