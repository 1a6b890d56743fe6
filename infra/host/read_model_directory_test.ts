import assert from "node:assert/strict";
import { join } from "node:path";
import { readModelDirectory } from "./read_model_directory.ts";

Deno.test("each event log has read models of its own", () => {
  assert.equal(place(undefined), "postgres");
  assert.equal(place("esdb://127.0.0.1:2113?tls=false"), "postgres_127.0.0.1_2113");
  assert.equal(place("esdb+discover://es1:2113,es2:2113"), "postgres_es1_2113_es2_2113");
  assert.equal(place("kurrentdb://[::1]:2113/?tls=false"), "postgres__1_2113");
});

Deno.test("neither who asks nor how changes the place, and no password is in it", () => {
  const expected = place("esdb://es1:2113?tls=true");
  assert.equal(
    place("esdb+discover://admin:changeit@ES1:2113?tls=true&tlsCAFile=/a/b.pem"),
    expected,
  );
  assert.equal(place("kurrentdb://es1:2113"), expected);
});

Deno.test("many hosts do not make a name that is too long", () => {
  const hosts = Array.from({ length: 40 }, (_, index) => `node-${index}.example.org:2113`);
  assert.ok(place(`esdb://${hosts.join(",")}`).length < 150);
});

function place(eventStoreUrl: string | undefined): string {
  const path = readModelDirectory({ directory: "data", eventStoreUrl });
  assert.equal(path, join("data", path.slice("data".length + 1)));
  return path.slice("data".length + 1);
}
