import shared from "@eventstore/db-client/generated/shared_pb.js";
import streams from "@eventstore/db-client/generated/streams_pb.js";
import { appendMark } from "./append_mark.ts";
import { type LogEvent, logEvent } from "./recorded_event.ts";

/** The event at a position of a log in which each bears the mark `m<position>`. */
export function eventAt(position: number): LogEvent {
  const name = new shared.StreamIdentifier();
  name.setStreamName(new TextEncoder().encode(`order-${position}`));
  const id = new shared.UUID();
  id.setString(crypto.randomUUID());
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  recorded.setStreamIdentifier(name);
  recorded.setId(id);
  recorded.setStreamRevision("0");
  recorded.setCommitPosition(String(position));
  const metadata = JSON.stringify({ [appendMark]: `m${position}` });
  recorded.setCustomMetadata(new TextEncoder().encode(metadata));
  const event = new streams.ReadResp.ReadEvent();
  event.setEvent(recorded);
  const response = new streams.ReadResp();
  response.setEvent(event);
  return logEvent(response)!;
}
