#!/usr/bin/env bash
# @eventstore/db-client 6.2.1 and @kurrent/kurrentdb-client 1.3.1 in one process: each alone writes its messages; once the
# newer is loaded after the older, the older one's batch of events cannot be written any more.
#
# Both have generated messages of the same names, which their generator keeps in one global namespace: who is loaded last
# replaces the other's code under the objects that it goes on making. A team that moves from one client to the other
# service by service has to keep them in different processes.
# Seen: message.getDeadline21100 is not a function, from the older client; nothing where each is alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @eventstore/db-client@6.2.1 @kurrent/kurrentdb-client@1.3.1
cat > run.cjs <<'JS'
const messages = {
  "@eventstore/db-client": "generated/streams_pb.js",
  "@kurrent/kurrentdb-client": "generated/kurrentdb/protocols/v1/streams_pb.js",
};
const loaded = process.argv.slice(2);
loaded.forEach((client) => require(client));

function writes(client) {
  const { BatchAppendReq } = require(`${client}/${messages[client]}`);
  const request = new BatchAppendReq();
  request.setOptions(new BatchAppendReq.Options());
  try {
    request.serializeBinary();
    return "writes";
  } catch (error) {
    return error.message;
  }
}
console.log(loaded.map(writes).join("; "));
JS
old=@eventstore/db-client
new=@kurrent/kurrentdb-client
alone="$(node run.cjs $old), $(node run.cjs $new)"
both=$(node run.cjs $old $new)
echo "Node $(node --version), alone: $alone; both: $both"
[ "$alone" = "writes, writes" ] && [ "$both" = "message.getDeadline21100 is not a function; writes" ] ||
  { echo "This has changed"; exit 1; }
