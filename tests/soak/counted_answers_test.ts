import { deepEqual, equal, rejects } from "node:assert/strict";
import { countedAnswers } from "./counted_answers.ts";

Deno.test("what is refused or breaks is counted, commands and queries apart, and placed orders are timed", async () => {
  const { service, take } = countedAnswers((request) => {
    const { searchParams } = new URL(request.url);
    const status = Number(searchParams.get("status"));
    if (status === 0) return Promise.reject(new TypeError("it broke"));
    return Promise.resolve(new Response(null, { status }));
  });
  async function send(method: string, status: number): Promise<void> {
    await service(new Request(`http://shop/api/orders?status=${status}`, { method }));
  }
  await send("POST", 202);
  await send("POST", 503);
  await send("GET", 200);
  await send("GET", 504);
  await send("GET", 503);
  await rejects(send("POST", 0), TypeError);
  const { placingMs, ...counts } = take();
  equal(placingMs.length, 1);
  deepEqual(counts, { refusedCommands: 2, refusedQueries: 2 });
  deepEqual(take(), { placingMs: [], refusedCommands: 0, refusedQueries: 0 });
});
