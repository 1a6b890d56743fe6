#!/usr/bin/env bash
# cockatiel 4.0.0: a caller that goes away is not heard.
#
# 1. `retry`: aborted while it waits between two attempts, it waits on to the end, and then calls once more.
#    Expected: it ends at once, with nothing called after the abort.
# 2. `timeout` (aggressive): where the caller's own signal is aborted, it fails with "Operation timed out after 10000ms",
#    20 ms after its start. Expected: the caller's reason.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund cockatiel@4.0.0
cat > run.mjs <<'JS'
import { ConstantBackoff, handleAll, retry, timeout, TimeoutStrategy } from "cockatiel";

function abortedSoon() {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("the caller is gone")), 20);
  return controller.signal;
}

const signal = abortedSoon();
const began = performance.now();
let callsAfterAbort = 0;
await retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(1_000) }).execute(() => {
  if (signal.aborted) callsAfterAbort++;
  throw new Error("down");
}, signal).catch(() => {});
const endedAtOnce = performance.now() - began < 500;

const failure = await timeout(10_000, TimeoutStrategy.Aggressive)
  .execute(() => new Promise(() => {}), abortedSoon())
  .catch((error) => error.message);
console.log(JSON.stringify({ retry: { endedAtOnce, callsAfterAbort }, timeout: failure }));
JS
seen=$(node run.mjs)
echo "cockatiel 4.0.0: $seen"
[ "$seen" = '{"retry":{"endedAtOnce":false,"callsAfterAbort":1},"timeout":"Operation timed out after 10000ms"}' ] ||
  { echo "This has changed"; exit 1; }
