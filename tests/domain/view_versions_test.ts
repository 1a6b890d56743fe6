import { shop } from "@shop/app";
import assert from "node:assert/strict";

/**
 * Every view of the shop by its name and version: what it was when it was first released. A definition that has changed
 * (its columns, or the events that it reads) is refused at start where its table is there, unless its version is raised:
 * raise it, and add it here.
 */
const released: Readonly<Record<string, string>> = {
  "notifications@1": "aeoJ8HDhyzoDT50Nnq5byLZFo5sSKqrPi6dPBEpNC6A",
  "order-timelines@1": "akzql9TyntI-67Jkpvxda_zjAwUbxcfLPC8Jyp98NbI",
  "order-timelines@2": "tW3fc3kONIUiqeVgH3zeqG99kBQh5JojhuBuufdn7R4",
  "order-timelines@3": "miUW8D-P--isIiapWoat6JGtoK8oL8fiI17AgrN8o3E",
  "order-tracking@1": "fGhMw66JukTWXnSkgtAV7lrZ169woKgr86cnSpuAeYg",
  "order-tracking@2": "m_Qw_wnHZ4Ad0kfZC2G_V6iq8zdd9kkdV1LZSZZ3mT0",
  "orders@1": "FOZt1cjuysx6PRFHOViASerXNnq6MDYIj0KkmSIzwmE",
  "orders@2": "_C1CWQSr8BxJubuHbSf2v2JpZAzwVqTd8gdXFIQuTAc",
  "payments@2": "L-EPC-aVoCZr8QczMHSXk9rmr2hAvdYLy48cMwzhiW0",
  "products@1": "X_3wnB4TgOtm1b_t80yRdNf5thc-pM0Rvml4Ws6Rtmk",
  "reservations@1": "mpNRUS_4XIZ5HqjTL4j9ouxoUI25vUMZ6yAiy_ylT7A",
  "sales@1": "9TPFA3J515kJX5uf_w2nd7REDB4P0tF61YNCdlPB4ZY",
  "sales@2": "Z4N_BJc1wK09fcWGlw67AwdR_5n1-gLY4rd-Rube_Rk",
  "sales@3": "Z4N_BJc1wK09fcWGlw67AwdR_5n1-gLY4rd-Rube_Rk",
  "shipments@1": "-YKhpYsQNiKplJda0UVl61WmC5X-b9CciqCqHMi9Bxc",
  "stock-items@1": "WsIJajjM0LgeOd613WTEFfoMlGWsQu1kXgP4B-impEE",
  "strangled-routes@1": "ewnXOsYVm-MOpze-hIuR2RaYQsnhzVuuzSNAxUgtOyM",
};

Deno.test("a view whose definition has changed since a release has another version", () => {
  const views = shop.services.flatMap(({ views }) => views);
  const found = views.map(({ name, version, fingerprint }) => [`${name}@${version}`, fingerprint]);
  const changed = found.filter(([of, fingerprint]) => released[of!] !== fingerprint);
  assert.deepEqual(Object.fromEntries(changed), {}, "raise their versions, or add them as new");
});
