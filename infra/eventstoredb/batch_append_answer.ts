import { DeadlineExceeded, eventLog, Unavailable } from "@headwater/core";
import shared from "@eventstore/db-client/generated/shared_pb.js";
import type streams from "@eventstore/db-client/generated/streams_pb.js";
import { place } from "./recorded_event.ts";

/**
 * The place in an answer to an append. Throws what the server refused it for: `eventLog.RevisionConflict`, `StreamDeleted`,
 * `DeadlineExceeded`, `Unavailable`, `RangeError` for too many bytes at once.
 */
export function writtenPlace(
  response: streams.BatchAppendResp,
  { stream, expected }: eventLog.CheckedAppend,
): eventLog.Appended {
  const success = response.getSuccess();
  if (success) {
    const position = success.getPosition()?.getCommitPosition();
    if (position === undefined) {
      throw new Error(`Cannot append to stream "${stream}": the server gave no position`);
    }
    return { revision: place(success.getCurrentRevision()), position: place(position) };
  }
  const status = response.getError();
  const details = status?.getDetails();
  const action = `Cannot append to stream "${stream}"`;
  switch (details?.getTypeName()) {
    case "event_store.client.WrongExpectedVersion": {
      const conflict = shared.WrongExpectedVersion.deserializeBinary(details.getValue_asU8());
      const actual = conflict.hasCurrentStreamRevision()
        ? place(conflict.getCurrentStreamRevision())
        : undefined;
      throw new eventLog.RevisionConflict(stream, expected, actual);
    }
    case "event_store.client.StreamDeleted":
      throw new eventLog.StreamDeleted(stream);
    case "event_store.client.Timeout":
      throw new DeadlineExceeded(`${action}: the server ran out of time`);
    case "event_store.client.MaximumAppendSizeExceeded": {
      const limit = shared.MaximumAppendSizeExceeded.deserializeBinary(details.getValue_asU8());
      throw new RangeError(
        `${action}: its events take more than the ${limit.getMaxappendsize()} bytes that the server allows`,
      );
    }
    case "google.protobuf.Empty":
      // Not handled: the node is starting, busy, or takes part in an election.
      throw new Unavailable(`${action}: ${status?.getMessage()}`, {
        code: "event-store-unavailable",
      });
    case "event_store.client.AccessDenied":
      throw new Error(`${action}: access denied`);
    default:
      throw new Error(`${action}: ${status?.getMessage() || "the server gave no reason"}`);
  }
}
