#!/usr/bin/env bash
# cockatiel 4.0.0: while a breaker is half-open, everybody but the probe waits for the probe's end, however long that
# takes, and then runs all at once.
#
# Expected of a breaker: who is not the probe is refused at once, as while it is open.
# Seen: of 100 callers none is settled 300 ms after they came; once the probe succeeds, all 100 reach the upstream.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund cockatiel@4.0.0
cat > run.mjs <<'JS'
import { CircuitState, circuitBreaker, ConsecutiveBreaker, handleAll } from "cockatiel";

const breaker = circuitBreaker(handleAll, {
  halfOpenAfter: 20,
  breaker: new ConsecutiveBreaker(1),
});
await breaker.execute(() => Promise.reject(new Error("down"))).catch(() => {});
await new Promise((resolve) => setTimeout(resolve, 50));

let answer;
const probe = breaker.execute(() => new Promise((resolve) => answer = resolve));
let reached = 0;
let settled = 0;
const others = Array.from({ length: 100 }, () =>
  breaker.execute(() => reached++).finally(() => settled++)
);
await new Promise((resolve) => setTimeout(resolve, 300));
const meanwhile = { state: CircuitState[breaker.state], settled, reached };
answer();
await Promise.all([probe, ...others]);
console.log(JSON.stringify({ meanwhile, afterwards: { settled, reached } }));
JS
seen=$(node run.mjs)
echo "cockatiel 4.0.0: $seen"
[ "$seen" = '{"meanwhile":{"state":"HalfOpen","settled":0,"reached":0},"afterwards":{"settled":100,"reached":100}}' ] ||
  { echo "This has changed"; exit 1; }
