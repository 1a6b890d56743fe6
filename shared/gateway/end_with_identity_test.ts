import { manualClock } from "@headwater/testing";
import assert from "node:assert/strict";
import { endWithIdentity } from "./end_with_identity.ts";

function opened() {
  const clock = manualClock();
  const c = {
    res: new Response(new ReadableStream(), { headers: { "Content-Type": "text/event-stream" } }),
  };
  return { clock, c };
}

Deno.test("a stream ends once whoever listens has logged out, and is then not asked for any more", async () => {
  const { clock, c } = opened();
  let asked = 0;
  const isOver = () => Promise.resolve(asked++ > 1);
  const identity = { actor: "otto", roles: ["operator"], isOver };
  endWithIdentity(c, identity, { clock, now: () => clock.now() });
  const told = c.res.text();
  await clock.advance(60_000);
  assert.equal(await told, "");
  assert.equal(asked, 3);
});

Deno.test("nobody looks after a stream that its listener has left", async () => {
  const { clock, c } = opened();
  let asked = 0;
  const isOver = () => Promise.resolve(++asked < 0);
  endWithIdentity(c, { actor: "otto", roles: [], isOver }, { clock, now: () => clock.now() });
  await clock.advance(10_000);
  await c.res.body?.cancel();
  const before = asked;
  await clock.advance(60_000);
  assert.ok(before > 1);
  assert.equal(asked, before);
});
