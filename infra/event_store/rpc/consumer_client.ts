import type { GrpcCall } from "../grpc/grpc_call.ts";
import { ProtobufWriter } from "../grpc/protobuf_writer.ts";
import type { ConsumerClient } from "../groups/group_connection.ts";
import { writeMessage } from "./read_message.ts";
import { type UuidForm, writeConfirmation } from "./read_response.ts";

/** The client that has made this call, as its group sees it. */
export function consumerClient(call: GrpcCall, uuidForm: UuidForm): ConsumerClient {
  const writer = new ProtobufWriter();
  return {
    peer: call.peer,
    name: call.header("connection-name"),
    confirm: (id) => writeConfirmation(writer, id),
    send: ({ message, retries }) => writeMessage(writer, { message, retries, uuidForm }),
    flush: () => call.write(writer.take()),
    drained: () => call.drained(),
  };
}
