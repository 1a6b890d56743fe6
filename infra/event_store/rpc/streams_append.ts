import { eventLog } from "@headwater/core";
import type { PreparedEvent } from "../log/append_request.ts";
import { writeAppendResponse } from "./append_response.ts";
import type { EventStore } from "../projected/event_store.ts";
import {
  ExpectationReader,
  requireExpectation,
  type StreamExpectation,
} from "./expected_revision.ts";
import type { Rpc } from "../grpc/grpc_call.ts";
import { readProposedEvent } from "./proposed_event.ts";
import { ProtobufReader } from "../grpc/protobuf_reader.ts";
import { ProtobufWriter } from "../grpc/protobuf_writer.ts";
import { invalidArgument, maximumAppendSizeExceeded, streamDeleted } from "./stream_errors.ts";
import { placeOf } from "./write_place.ts";

/** `Streams.Append`: options first, then the events, one message each. */
export function streamsAppend(
  store: EventStore,
  { maxAppendBytes }: { readonly maxAppendBytes: number },
): Rpc {
  return async (call) => {
    let options: ReturnType<typeof requireExpectation> | undefined;
    const events: PreparedEvent[] = [];
    let dataBytes = 0;
    await call.receive((messages) => {
      for (const message of messages) {
        const reader = new ProtobufReader(message);
        if (!reader.next()) throw invalidArgument("it is empty");
        if (reader.field === 1 && !options) {
          options = requireExpectation(readOptions(reader.message()));
        } else if (reader.field === 2 && options) {
          const proposed = readProposedEvent(reader.message());
          dataBytes += proposed.dataBytes;
          if (dataBytes > maxAppendBytes) throw maximumAppendSizeExceeded(maxAppendBytes);
          events.push(proposed.event);
        } else {
          throw invalidArgument("options come first, and once");
        }
      }
    });
    if (!options) throw invalidArgument("its options are missing");
    const { stream, expected } = options;
    const category = eventLog.categoryOf(stream);
    const outcome = await store.append({ stream, category, expected, events });
    const writer = new ProtobufWriter();
    if ("appended" in outcome) {
      writeAppendResponse(writer, { appended: placeOf(outcome.appended, store) });
    } else if (outcome.refused === "deleted") {
      throw streamDeleted(stream);
    } else {
      writeAppendResponse(writer, { expected, actual: outcome.actual });
    }
    call.write(writer.take());
  };
}

function readOptions(options: ProtobufReader): StreamExpectation {
  const expectation = new ExpectationReader();
  while (options.next()) {
    if (!expectation.read(options)) options.skip();
  }
  return expectation.result;
}
