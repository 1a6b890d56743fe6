import assert from "node:assert/strict";
import { acts } from "@headwater/core";
import { callBook, type CallsState, type Isolation } from "./call_book.ts";
import { callsActs, type CallsContext } from "./calls_acts.ts";

const state = {
  ...{ process: "order", caller: "requests", target: "payment", calls: "queries" },
  ...{ breaker: "open", running: 3, waiting: 12, places: 5, isolation: null },
} satisfies CallsState;

/** A process whose calls operators act on. */
function setUp({ missing = [], ...more }: CallsContext & { missing?: readonly string[] } = {}) {
  const book = callBook("order");
  const decided: [string, Isolation | undefined][] = [];
  async function command(...words: string[]) {
    let printed = "";
    const code = await acts.operatorsCommand(callsActs, words, {
      context: {
        actor: "ada",
        calls: {
          list: () => Promise.resolve([state, ...book.list()]),
          targets: () => ["payment", "shipping"],
          isolate(target, { isolation }) {
            decided.push([target, isolation]);
            if (isolation) book.isolate(target, isolation);
            else book.release(target);
            return Promise.resolve(missing);
          },
        },
        ...more,
      },
      print: (text) => printed += text,
      isTerminal: false,
    });
    return { code, printed };
  }
  return { command, decided };
}

Deno.test("who calls whom is a table for people, and one value for machines", async () => {
  const { command } = setUp();
  const { code, printed } = await command("list");
  assert.equal(code, 0);
  const [head = "", row = ""] = printed.split("\n");
  assert.match(
    head,
    /^process +caller +target +calls +circuit +running +waiting +places +isolated$/,
  );
  assert.match(row, /^order +requests +payment +queries +open +3 +12 +5$/);
  assert.deepEqual(JSON.parse((await command("list", "--json")).printed), [state]);
});

Deno.test("a target is isolated with who did it and why, and released", async () => {
  const { command, decided } = setUp();
  const isolated = await command("isolate", "shipping", "--reason", "it loses parcels");
  assert.deepEqual(isolated, { code: 0, printed: 'Nobody calls "shipping" any more\n' });
  assert.match((await command("list")).printed, /shipping .* by ada it loses parcels\n/);
  const released = await command("release", "shipping");
  assert.deepEqual(released, { code: 0, printed: '"shipping" is called again\n' });
  assert.deepEqual(
    decided.map(([target, isolation]) => [target, isolation?.by, isolation?.reason]),
    [["shipping", "ada", "it loses parcels"], ["shipping", undefined, undefined]],
  );
});

Deno.test("a process that could not be told is named, and the act is not done", async () => {
  const { command } = setUp({ missing: ["timeline"] });
  const { code, printed } = await command("isolate", "payment");
  assert.equal(code, 1);
  assert.equal(
    printed,
    'Nobody calls "payment" any more, but for timeline: no answer, they hear of it when they are back\n',
  );
});

Deno.test("what there is not is refused with the names of what there is", async () => {
  const { command, decided } = setUp();
  for (const act of ["isolate", "release"]) {
    const { code, printed } = await command(act, "paymnt");
    assert.equal(code, 2);
    assert.equal(printed, 'Cannot find target "paymnt": there are payment, shipping\n');
  }
  assert.deepEqual(decided, []);
});

Deno.test("where no application runs there is nothing to see, and nothing to keep anybody from", async () => {
  const { command } = setUp({ calls: undefined });
  assert.deepEqual(await command("list"), { code: 0, printed: "No application runs here\n" });
  const { code, printed } = await command("isolate", "payment");
  assert.equal(code, 1);
  assert.match(printed, /no application runs here/);
});

Deno.test("the application that runs is asked, with the name of who asks", async () => {
  const asked: unknown[] = [];
  const { command, decided } = setUp({
    ask(question) {
      asked.push(question);
      return Promise.resolve({ target: "payment", isolated: true, missing: [] });
    },
  });
  assert.equal((await command("isolate", "payment", "--reason", "why not")).code, 0);
  assert.deepEqual(asked, [{
    path: "calls/isolate",
    args: { target: "payment", reason: "why not" },
    actor: "ada",
  }]);
  assert.deepEqual(decided, []);
});
