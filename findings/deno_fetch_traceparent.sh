#!/usr/bin/env bash
# Deno 2.9.6 with OTEL_DENO=true: `fetch` adds the context of its own span to a request that names one already, instead
# of leaving that alone or taking its place.
#
# W3C Trace Context allows one `traceparent`; who gets two has to ignore both, so the trace ends there.
# Seen: a server is sent two headers, the one given and the one of fetch's span; without OTEL_DENO, one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund deno@2.9.6
cat > run.mjs <<'JS'
import { createServer } from "node:http";

const given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
// What it is sent, and what is exported
const seen = [];
const server = createServer((request, response) => {
  if (request.method === "GET") {
    const { rawHeaders } = request;
    seen.push(rawHeaders.filter((_, at) => rawHeaders[at - 1]?.toLowerCase() === "traceparent"));
  }
  request.resume();
  response.end();
});
await new Promise((resolve) => server.listen(Number(Deno.args[0]), "127.0.0.1", resolve));
const answer = await fetch(`http://127.0.0.1:${Deno.args[0]}/`, { headers: { traceparent: given } });
await answer.text();
const [headers] = seen;
console.log(JSON.stringify({ sent: headers.length, given: headers.includes(given) }));
Deno.exit();
JS
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
run() { npx deno@2.9.6 run --quiet --allow-net=127.0.0.1 --allow-env run.mjs "$port"; }
off=$(run)
on=$(OTEL_DENO=true OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:$port" run)
echo "deno 2.9.6, OTEL_DENO=true: $on; without: $off"
[ "$on" = '{"sent":2,"given":true}' ] && [ "$off" = '{"sent":1,"given":true}' ] ||
  { echo "This has changed"; exit 1; }
