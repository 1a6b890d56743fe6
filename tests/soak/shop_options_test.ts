import { deepEqual, equal, match } from "node:assert/strict";
import { readShopOptions } from "./shop_options.ts";

Deno.test("50,000 orders in one process and then split, unless something else is said", () => {
  const options = readShopOptions(["--seed", "7"]);
  const topologies = ["one process", "split"];
  deepEqual(options, { help: false, orders: 50_000, seed: 7, topologies });
  deepEqual(topologiesOf(["--split"]), ["split"]);
  deepEqual(topologiesOf(["--one-process"]), ["one process"]);
  deepEqual(topologiesOf(["--one-process", "--split"]), topologies);
});

Deno.test("what does not fit is refused with its value and what is allowed", () => {
  equal(
    readShopOptions(["--orders", "10"]),
    'Cannot use "10" as --orders: it takes a whole number from 200 to 100000',
  );
  equal(
    readShopOptions(["--seed=-1"]),
    'Cannot use "-1" as --seed: it takes a whole number from 0 to 999999999',
  );
  match(String(readShopOptions(["--order", "300"])), /'--order'[^]*--orders N/);
});

function topologiesOf(args: readonly string[]): readonly string[] {
  const options = readShopOptions(args);
  return typeof options === "string" ? [] : options.topologies;
}
