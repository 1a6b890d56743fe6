import type { eventLog } from "@headwater/core";
import shared from "@eventstore/db-client/generated/shared_pb.js";
import streams from "@eventstore/db-client/generated/streams_pb.js";

/** The server takes messages of up to 16 MiB. */
const maxChunkBytes = 3 * 1024 * 1024;
const utf8 = new TextEncoder();

/** The messages of one append, `id` naming it among those of its call. */
export function batchAppendRequests(
  id: string,
  { stream, expected, events }: eventLog.CheckedAppend,
): streams.BatchAppendReq[] {
  const requests: streams.BatchAppendReq[] = [];
  let bytes = Infinity;
  let request!: streams.BatchAppendReq;
  for (const event of events) {
    const size = event.data.length + event.metadata.length;
    if (bytes + size > maxChunkBytes) {
      request = new streams.BatchAppendReq();
      request.setCorrelationId(uuid(id));
      requests.push(request);
      bytes = 0;
    }
    bytes += size;
    request.addProposedMessages(proposed(event));
  }
  requests[0]!.setOptions(optionsOf(stream, expected));
  request.setIsFinal(true);
  return requests;
}

/** Without a deadline, which would be read against another machine's clock: the server has its own limit. */
function optionsOf(
  stream: string,
  expected: eventLog.ExpectedRevision,
): streams.BatchAppendReq.Options {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(utf8.encode(stream));
  const options = new streams.BatchAppendReq.Options();
  options.setStreamIdentifier(identifier);
  if (expected === "no-stream") options.setNoStream(new shared.Empty());
  else options.setStreamPosition(String(expected));
  return options;
}

function proposed(
  { id, type, data, metadata }: eventLog.CheckedAppend["events"][number],
): streams.BatchAppendReq.ProposedMessage {
  const message = new streams.BatchAppendReq.ProposedMessage();
  message.setId(uuid(id));
  message.getMetadataMap().set("type", type).set("content-type", "application/json");
  message.setData(utf8.encode(data));
  message.setCustomMetadata(utf8.encode(metadata));
  return message;
}

function uuid(text: string): shared.UUID {
  const id = new shared.UUID();
  id.setString(text);
  return id;
}
