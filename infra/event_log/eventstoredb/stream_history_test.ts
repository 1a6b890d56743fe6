import { deepEqual, equal } from "node:assert/strict";
import { StreamHistory } from "./stream_history.ts";

function historyOf(ids: string): StreamHistory {
  const history = new StreamHistory();
  [...ids].forEach((id, revision) => history.add({ id, revision, position: revision * 10 }));
  return history;
}

Deno.test("events with known ids, one after the other, are a repeat with its own place", () => {
  const history = historyOf("abcabd");
  deepEqual(history.find(["b", "c"]), { revision: 2, position: 20, repeated: true });
  deepEqual(history.find(["a", "b", "d"]), { revision: 5, position: 50, repeated: true });
});

Deno.test("a beginning that is known and goes on otherwise is told from a repeat", () => {
  const history = historyOf("abc");
  equal(history.find(["a", "c"]), "partly");
  equal(history.find(["c", "d"]), "partly");
});

Deno.test("events whose first one is unknown are new", () => {
  const history = historyOf("abc");
  equal(history.find(["x", "a"]), undefined);
  equal(new StreamHistory().find(["a"]), undefined);
  equal(history.last, 2);
});
