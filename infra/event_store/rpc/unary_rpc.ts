import type { GrpcCall, Rpc } from "../grpc/grpc_call.ts";
import { frame } from "../grpc/grpc_frame.ts";
import { GrpcError, grpcStatus } from "../grpc/grpc_status.ts";

/** A message class as `protoc` generates it. */
export type MessageType<Message> = { deserializeBinary(bytes: Uint8Array): Message };
export type OutgoingMessage = { serializeBinary(): Uint8Array };

/** An rpc with one request and one answer, over generated messages. */
export function unaryRpc<Request>(
  request: MessageType<Request>,
  answer: (request: Request, call: GrpcCall) => OutgoingMessage | Promise<OutgoingMessage>,
): Rpc {
  return async (call) => {
    const message = decodeRequest(request, await call.first());
    call.write(frame((await answer(message, call)).serializeBinary()));
  };
}

/** Decodes with a generated class; throws `GrpcError` INVALID_ARGUMENT for what is no such message. */
export function decodeRequest<Message>(type: MessageType<Message>, bytes: Uint8Array): Message {
  try {
    return type.deserializeBinary(bytes);
  } catch (cause) {
    const code = grpcStatus.invalidArgument;
    throw new GrpcError({ code, message: "Cannot decode the request: not its message", cause });
  }
}
