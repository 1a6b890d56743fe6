import { deepEqual, rejects } from "node:assert/strict";
import { keyTurns } from "./key_turns.ts";

const never = new AbortController().signal;

Deno.test("the same key waits for its turn, others do not, and who hangs up is passed over", async () => {
  const turns = keyTurns();
  const order: string[] = [];
  const end = await turns.take("a", never);
  const caller = new AbortController();
  const second = turns.take("a", caller.signal);
  const third = turns.take("a", never).then((endThird) => {
    order.push("third");
    endThird();
  });
  (await turns.take("b", never))();
  order.push("other key");
  const reason = new Error("gone");
  const refused = rejects(second, (error) => error === reason);
  caller.abort(reason);
  await refused;
  order.push("hung up");
  end();
  await third;
  (await turns.take("a", never))();
  deepEqual(order, ["other key", "hung up", "third"]);
  await rejects(turns.take("a", AbortSignal.abort(reason)), (error) => error === reason);
});
