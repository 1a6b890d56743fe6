import { deepEqual, equal, rejects } from "node:assert/strict";
import { type Answers, countedAnswers } from "./counted_answers.ts";

Deno.test("what is refused or breaks is counted, commands and queries apart, and placed orders are timed", async () => {
  const { service, take } = countedAnswers(({ url }) => {
    const said = new URL(url).searchParams.get("says");
    if (said === "nothing") return Promise.reject(new TypeError("it broke"));
    const isRefusal = said !== "yes";
    return Promise.resolve(
      new Response(JSON.stringify({ code: said }), { status: isRefusal ? 503 : 202 }),
    );
  });
  async function send(method: string, says: string): Promise<void> {
    await service(new Request(`http://shop/api/orders?says=${says}`, { method }));
  }
  await send("POST", "yes");
  await send("POST", "overloaded");
  await send("POST", "overloaded");
  await rejects(send("POST", "nothing"), TypeError);
  await send("GET", "yes");
  await send("GET", "circuit-open");
  const taken = take();
  equal(taken.placingMs.length, 1);
  deepEqual(listed(taken), {
    commands: [["overloaded", 2], ["broken", 1]],
    queries: [["circuit-open", 1]],
  });
  deepEqual(listed(take()), { commands: [], queries: [] });
});

function listed({ refused: { commands, queries } }: Answers) {
  return { commands: [...commands], queries: [...queries] };
}
