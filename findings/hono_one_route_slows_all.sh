#!/usr/bin/env bash
# hono 4.13.19: one path beside another with a parameter in the same place, in whichever order, takes the quick router from
# all routes of the application.
#
# `/orders/events` beside `/orders/:id` is usual, and its answer is not in doubt: Hono takes what was added first. But
# RegExpRouter refuses the pair, and SmartRouter then hands every route to TrieRouter, without a word; where the public
# face of many services is one application, one pair of one service is enough. With 80 routes, on Node 20, finding one of
# them took 1.0 µs instead of 0.5; that is not looked at here, as it depends on the machine.
# Seen: which router is in use after the first request.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund hono@4.13.19
cat > run.mjs <<'JS'
import { Hono } from "hono";

async function routerOf(...paths) {
  const app = new Hono();
  for (const path of ["/stock", "/stock/:sku", "/orders/:id", ...paths]) {
    app.get(path, (c) => c.text(path));
  }
  const answer = await (await app.request("/stock/7")).text();
  return `${answer} by ${app.router.name}`;
}
console.log(await routerOf());
console.log(await routerOf("/orders/:id/lines"));
console.log(await routerOf("/orders/events"));
JS
expected='/stock/:sku by SmartRouter + RegExpRouter
/stock/:sku by SmartRouter + RegExpRouter
/stock/:sku by SmartRouter + TrieRouter'
seen=$(node run.mjs)
echo "hono 4.13.19, without the pair, with a longer path, with the pair:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "This has changed"; exit 1; }
