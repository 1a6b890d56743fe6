import assert from "node:assert/strict";
import { callBook } from "./call_book.ts";
import { clientTestBed } from "./testing/client_test_bed.ts";

const isolation = { by: "ada", reason: "it pays twice", since: "2026-11-28T06:00:00.000Z" };

/** A client of any service, as it is in a book. */
function caller(name: string) {
  const { client, requests } = clientTestBed(() => Promise.resolve(new Response()));
  return {
    requests,
    ask: (service: string) => client.call(service, new Request(`http://${service}/x`)),
    entry: {
      ...{ caller: name, isolate: client.isolate, release: client.release },
      targets: () =>
        client.describe().map(({ service, ...state }) => ({ ...state, target: service })),
    },
  };
}

Deno.test("what is isolated nobody calls from this process, neither who has called it nor who comes later", async () => {
  const book = callBook("order");
  const [early, late] = [caller("requests"), caller("fulfilment")];
  book.add(early.entry);
  await early.ask("payment");
  await early.ask("shipping");
  book.isolate("payment", isolation);
  book.add(late.entry);
  for (const { ask, requests } of [early, late]) {
    const before = requests.length;
    await assert.rejects(ask("payment"), { code: "circuit-open", limit: "breaker" });
    assert.equal(requests.length, before);
    assert.equal((await ask("shipping")).status, 200);
  }
  assert.deepEqual(
    book.list().map(({ process, caller, target, breaker, isolation }) =>
      [process, caller, target, breaker, isolation?.reason].join(" ")
    ),
    [
      "order requests payment isolated it pays twice",
      "order requests shipping closed ",
      "order fulfilment payment isolated it pays twice",
      "order fulfilment shipping closed ",
    ],
  );
  book.release("payment");
  for (const { ask } of [early, late]) assert.equal((await ask("payment")).status, 200);
  assert.ok(book.list().every(({ breaker, isolation }) => breaker === "closed" && !isolation));
});

Deno.test("what is isolated before anybody has called it is in the book", () => {
  const book = callBook("order");
  book.isolate("payment", isolation);
  assert.deepEqual(book.list(), [{
    ...{ process: "order", caller: "-", target: "payment", calls: "-", breaker: "isolated" },
    ...{ running: 0, waiting: 0, places: 0, isolation },
  }]);
  book.release("payment");
  assert.deepEqual(book.list(), []);
});
