import { deepEqual, equal, rejects } from "node:assert/strict";
import { Ended, ReceivedBytes } from "./received_bytes.ts";

/** Bytes of which the next come when a test says so. */
function received() {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  return { resolve, reject, bytes: new ReceivedBytes(() => promise) };
}

Deno.test("whatever comes while nothing is expected is told, an end as well", async () => {
  for (const come of [null, 1, new Error("reset")]) {
    const { bytes, resolve, reject } = received();
    const { promise: told, resolve: tell } = Promise.withResolvers<void>();
    bytes.watch(tell);
    if (come instanceof Error) reject(come);
    else resolve(come);
    await told;
  }
});

Deno.test("what comes once it is expected is read, and told nobody else", async () => {
  const { bytes, resolve } = received();
  let isTold = false;
  bytes.watch(() => isTold = true);
  bytes.expect();
  const head = bytes.head();
  resolve(null);
  await rejects(head, Ended);
  deepEqual([isTold, bytes.count], [false, 0]);
});

Deno.test("no more than a bounded head, line or trailer is kept", async () => {
  for (
    const [part, read] of [
      ["x".repeat(500), (bytes: ReceivedBytes) => bytes.head()],
      ["x".repeat(500), (bytes: ReceivedBytes) => bytes.parts("chunked").next()],
      ["0\r\n", (bytes: ReceivedBytes) => bytes.parts("chunked").next()],
      ["0\r\nx: y\r\n", (bytes: ReceivedBytes) => bytes.parts("chunked").next()],
    ] as const
  ) {
    let given = 0;
    const endless = new ReceivedBytes((into) => {
      const text = given === 0 || !part.includes("\r\n") ? part : "x: y\r\n";
      const { written } = new TextEncoder().encodeInto(text, into);
      given += written;
      return Promise.resolve(written);
    });
    await rejects(read(endless), { name: "BrokenAnswer" });
    equal(given < 200_000, true);
  }
});
