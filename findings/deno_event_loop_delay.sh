#!/usr/bin/env bash
# Deno 2.9.6: what `node:perf_hooks` measures of the event loop is always about nothing.
#
# A loop that stands still for 300 ms: Node's `monitorEventLoopDelay` tells a longest delay of more than 300 ms, and
# `eventLoopUtilization` a half. Deno's tells less than 50 ms and 0, and neither throws: dashboards made for Node look
# healthy.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund deno@2.9.6
cat > run.mjs <<'JS'
import { monitorEventLoopDelay, performance } from "node:perf_hooks";

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
await new Promise((resolve) => setTimeout(resolve, 100));
const end = Date.now() + 300;
while (Date.now() < end);
await new Promise((resolve) => setTimeout(resolve, 100));
delay.disable();
const { utilization } = performance.eventLoopUtilization();
console.log(JSON.stringify({ sawTheStall: delay.max / 1e6 > 250, wasBusy: utilization > 0 }));
JS
node=$(node run.mjs)
deno=$(npx deno@2.9.6 run --quiet --allow-env run.mjs)
echo "node: $node; deno 2.9.6: $deno"
[ "$node" = '{"sawTheStall":true,"wasBusy":true}' ] && [ "$deno" = '{"sawTheStall":false,"wasBusy":false}' ] ||
  { echo "This has changed"; exit 1; }
