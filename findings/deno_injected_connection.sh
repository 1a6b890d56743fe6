#!/usr/bin/env bash
# Deno 2.9.6: a server of `node:http` ends a connection that it was handed after one answer, in which it has said that it
# keeps it.
#
# Node documents `server.emit("connection", socket)` for sockets that something else has accepted: one port for several
# protocols, a proxy's preface that is read first. There such a connection takes one request after the other.
# Seen on Deno: "Connection: keep-alive" and "Keep-Alive: timeout=5" with the first answer, then the connection's end.
# Clients that keep connections send the next request into it, and do not know whether it was done.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund deno@2.9.6
cat > run.mjs <<'JS'
import http from "node:http";
import net from "node:net";

const server = http.createServer((_request, response) => {
  response.setHeader("content-length", "2");
  response.end("ok");
});
const front = net.createServer((socket) => server.emit("connection", socket));
await new Promise((resolve) => front.listen(0, "127.0.0.1", resolve));

const client = net.connect(front.address().port, "127.0.0.1");
const ask = () => client.write("GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
let received = "";
client.on("data", (bytes) => {
  received += bytes;
  const answers = received.split("\r\n\r\nok").length - 1;
  if (answers === 3) client.end();
  else ask();
});
client.on("error", () => {});
ask();
await new Promise((resolve) => client.on("close", resolve));
console.log(JSON.stringify({
  answers: received.split("\r\n\r\nok").length - 1,
  saidItKeepsIt: /^connection: keep-alive/im.test(received),
}));
process.exit();
JS
node=$(node run.mjs)
deno=$(npx deno@2.9.6 run --quiet --allow-net=127.0.0.1 --allow-env run.mjs)
echo "node: $node; deno 2.9.6: $deno"
[ "$node" = '{"answers":3,"saidItKeepsIt":true}' ] && [ "$deno" = '{"answers":1,"saidItKeepsIt":true}' ] ||
  { echo "This has changed"; exit 1; }
