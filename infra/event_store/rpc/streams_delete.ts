import { eventLog } from "@headwater/core";
import type { EventStore } from "../projected/event_store.ts";
import { ExpectationReader, requireExpectation } from "./expected_revision.ts";
import type { Rpc } from "../grpc/grpc_call.ts";
import { ProtobufReader } from "../grpc/protobuf_reader.ts";
import { ProtobufWriter } from "../grpc/protobuf_writer.ts";
import { writePosition } from "./read_response.ts";
import { streamDeleted, wrongExpectedVersion } from "./stream_errors.ts";

/** `Streams.Delete` hides a stream until somebody writes to it, `Streams.Tombstone` ends it for ever. */
export function streamsDelete(
  store: EventStore,
  { deletes }: { readonly deletes: "until-written" | "for-ever" },
): Rpc {
  return async (call) => {
    const { stream, expected } = requireExpectation(readRequest(await call.first()));
    const category = eventLog.categoryOf(stream);
    const outcome = await store.append({ stream, category, expected, events: [], deletes });
    if ("refused" in outcome) {
      if (outcome.refused === "deleted") throw streamDeleted(stream);
      const operation = deletes === "for-ever" ? "Tombstone" : "Delete";
      throw wrongExpectedVersion(stream, { operation, expected, actual: outcome.actual });
    }
    const writer = new ProtobufWriter();
    writer.beginFrame();
    writePosition(writer, { field: 1, position: outcome.appended.position });
    writer.endFrame();
    call.write(writer.take());
  };
}

function readRequest(bytes: Uint8Array): ExpectationReader["result"] {
  const expectation = new ExpectationReader();
  const message = new ProtobufReader(bytes);
  while (message.next()) {
    if (message.field !== 1) message.skip();
    else {
      const options = message.message();
      while (options.next()) {
        if (!expectation.read(options)) options.skip();
      }
    }
  }
  return expectation.result;
}
