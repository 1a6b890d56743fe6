import assert from "node:assert/strict";
import { ctidOf, nowhere, PlaceIndex, placeOf } from "./place_index.ts";

Deno.test("places are found again by their keys, also when there are many", () => {
  const index = new PlaceIndex();
  const placeAt = (n: number) => placeOf(`(${n * 7_919},${1 + n % 290})`);
  const many = 120_000;
  for (let n = 0; n < many; n++) index.set(`key-${n}`, placeAt(n));
  for (let n = 0; n < many; n += 3) index.set(`key-${n}`, nowhere);
  for (let n = 1; n < many; n += 3) index.set(`key-${n}`, placeAt(n + 1));
  assert.equal(index.size, many);
  for (let n = 0; n < many; n++) {
    const expected = [nowhere, placeAt(n + 1), placeAt(n)][n % 3];
    assert.equal(index.get(`key-${n}`), expected, `key ${n}`);
  }
  assert.equal(index.get("another"), nowhere);
});

Deno.test("a key whose row turned out to be another's has a place of its own", () => {
  const index = new PlaceIndex();
  index.set("a", 65_537);
  index.isOther("a");
  assert.equal(index.get("a"), nowhere);
  index.set("a", 65_538);
  assert.equal(index.get("a"), 65_538);
});

Deno.test("a place is written as PostgreSQL writes it", () => {
  for (const ctid of ["(0,1)", "(4294967294,65534)", "(131071,226)"]) {
    assert.equal(ctidOf(placeOf(ctid)), ctid);
  }
});
