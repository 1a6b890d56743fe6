import type { machine } from "@headwater/core";
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { eventually } from "./eventually.ts";
import type { Registry } from "./registry.ts";
import { within } from "./within.ts";

const minute = { ttlMs: 60_000 };

const tests: Readonly<Record<string, (store: machine.SharedStore) => Promise<void>>> = {
  async "what was put is given, until it is replaced or deleted"(store) {
    equal(await store.get("a"), undefined);
    equal(await store.set("a", "one", minute), true);
    equal(await store.get("a"), "one");
    equal(await store.set("a", "two", minute), true);
    equal(await store.get("a"), "two");
    await store.delete("a");
    equal(await store.get("a"), undefined);
    await store.delete("a");
  },

  async "keys and values are any text"(store) {
    const texts = ["", " ", "päyload 🜁", "a\u0000b", "line\r\nline", "*1\r\n$4\r\nPING\r\n"];
    for (const text of texts) equal(await store.set(`key ${text}`, text, minute), true);
    for (const text of texts) equal(await store.get(`key ${text}`), text);
    const long = "0123456789".repeat(20_000);
    await store.set("long", long, minute);
    equal(await store.get("long"), long);
  },

  async "a value ends by itself, also one that had more time before"(store) {
    await store.set("long", "there", minute);
    await store.set("short", "there", minute);
    await store.set("short", "going", { ttlMs: 20 });
    await eventually("the value's end", async () => await store.get("short") === undefined);
    equal(await store.get("long"), "there");
  },

  async "where there is a value, what is only for its absence is not put"(store) {
    equal(await store.set("a", "first", { ...minute, ifAbsent: true }), true);
    equal(await store.set("a", "second", { ...minute, ifAbsent: true }), false);
    equal(await store.get("a"), "first");
    await store.set("b", "going", { ttlMs: 20 });
    await eventually(
      "the value's end",
      () => store.set("b", "second", { ...minute, ifAbsent: true }),
    );
    equal(await store.get("b"), "second");
  },

  async "of many who put where nothing is, one does"(store) {
    const names = Array.from({ length: 50 }, (_, index) => String(index));
    const puts = await Promise.all(
      names.map((name) => store.set("pin", name, { ...minute, ifAbsent: true })),
    );
    equal(puts.filter((isPut) => isPut).length, 1);
    equal(await store.get("pin"), names[puts.indexOf(true)]);
  },

  async "each is counted once, however many count at once"(store) {
    const counted = await Promise.all(
      Array.from({ length: 100 }, () => store.count("client", { windowMs: 60_000 })),
    );
    deepEqual(
      counted.map(({ count }) => count).toSorted((a, b) => a - b),
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
    for (const { resetMs } of counted) ok(resetMs > 0 && resetMs <= 60_000, String(resetMs));
    equal((await store.count("other", { windowMs: 60_000 })).count, 1);
  },

  async "a window ends by itself, however often is counted meanwhile"(store) {
    equal((await store.count("client", { windowMs: 30 })).count, 1);
    await eventually("the next window", async () => {
      const { count, resetMs } = await store.count("client", { windowMs: 30 });
      ok(resetMs <= 30, String(resetMs));
      return count === 1;
    });
  },

  async "a count and a value of the same key are two things"(store) {
    await store.set("a", "value", minute);
    equal((await store.count("a", { windowMs: 60_000 })).count, 1);
    equal(await store.get("a"), "value");
    await store.delete("a");
    equal((await store.count("a", { windowMs: 60_000 })).count, 2);
  },

  async "times that are none are refused"(store) {
    for (const ms of [0, -1, 1.5, NaN, Infinity]) {
      await rejects(store.set("a", "value", { ttlMs: ms }), RangeError);
      await rejects(store.count("a", { windowMs: ms }), RangeError);
    }
    equal(await store.get("a"), undefined);
  },
};

/** What the port promises, as tests of one adapter. `open` gives an empty store, which each test closes. */
export function sharedStoreSuite(
  name: string,
  open: () => Promise<machine.SharedStore>,
  { test: register }: Registry,
): void {
  for (const [sentence, test] of Object.entries(tests)) {
    register(`${name}: ${sentence}`, async () => {
      await using store = await open();
      await within(sentence, test(store));
    });
  }
}
