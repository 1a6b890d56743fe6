#!/usr/bin/env bash
# @kurrent/kurrentdb-client 1.3.1, which follows @eventstore/db-client 6.2.1: `appendToStream` calls its expectation
# `streamState` now, and takes the former option `expectedRevision` without a word, but as "any".
#
# Whoever changes the package and not the option loses every check for concurrent writers, and nothing fails.
# Seen: what a server is sent first, in hex. Of the options of a message, 10 07 is "revision 7", 22 00 is "any".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @kurrent/kurrentdb-client@1.3.1 @eventstore/db-client@6.2.1 @grpc/grpc-js@1.14.7
cat > run.mjs <<'JS'
import { EventStoreDBClient, jsonEvent as formerEvent } from "@eventstore/db-client";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import { jsonEvent, KurrentDBClient } from "@kurrent/kurrentdb-client";

/** A server that only notes how an append begins. */
const asIs = (bytes) => bytes;
const begun = [];
const server = new Server();
server.addService({
  append: {
    path: "/event_store.client.streams.Streams/Append",
    requestStream: true,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  },
}, {
  append(call, answer) {
    let isFirst = true;
    call.on("data", (bytes) => {
      if (isFirst) begun.push(bytes.toString("hex"));
      isFirst = false;
    });
    call.on("end", () => answer({ code: status.UNAVAILABLE }));
  },
});
const port = await new Promise((resolve, reject) =>
  server.bindAsync(
    "127.0.0.1:0",
    ServerCredentials.createInsecure(),
    (error, port) => error ? reject(error) : resolve(port),
  )
);

async function optionsSent(client, event, options) {
  await client.appendToStream("s", [event({ type: "T", data: {} })], options).catch(() => {});
  return begun.pop();
}
const former = EventStoreDBClient.connectionString(`esdb://127.0.0.1:${port}?tls=false`);
const later = KurrentDBClient.connectionString(`kurrentdb://127.0.0.1:${port}?tls=false`);
console.log(JSON.stringify({
  former: await optionsSent(former, formerEvent, { expectedRevision: 7n }),
  later: await optionsSent(later, jsonEvent, { expectedRevision: 7n }),
  laterAsNamedNow: await optionsSent(later, jsonEvent, { streamState: 7n }),
}));
process.exit();
JS
seen=$(node run.mjs)
echo "@kurrent/kurrentdb-client 1.3.1: $seen"
[ "$seen" = '{"former":"0a070a031a01731007","later":"0a070a031a01732200","laterAsNamedNow":"0a070a031a01731007"}' ] ||
  { echo "This has changed"; exit 1; }
