import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import type { GrpcCall, Rpc } from "../grpc/grpc_call.ts";
import { frame } from "../grpc/grpc_frame.ts";
import { GrpcError, grpcStatus } from "../grpc/grpc_status.ts";

/** An rpc with one request and one answer. */
export function unaryRpc<Request extends DescMessage, Response extends DescMessage>(
  { request, response }: { readonly request: Request; readonly response: Response },
  answer: (
    request: MessageShape<Request>,
    call: GrpcCall,
  ) => MessageInitShape<Response> | Promise<MessageInitShape<Response>>,
): Rpc {
  return async (call) => {
    const message = decodeRequest(request, await call.first());
    call.write(framedMessage(response, await answer(message, call)));
  };
}

/** Throws `GrpcError` INVALID_ARGUMENT for what is no such message. */
export function decodeRequest<Request extends DescMessage>(
  request: Request,
  bytes: Uint8Array,
): MessageShape<Request> {
  try {
    return fromBinary(request, bytes);
  } catch (cause) {
    const code = grpcStatus.invalidArgument;
    throw new GrpcError({ code, message: "Cannot decode the request: not its message", cause });
  }
}

/** A message as it goes out. */
export function framedMessage<Response extends DescMessage>(
  response: Response,
  content: MessageInitShape<Response>,
): Uint8Array {
  return frame(toBinary(response, create(response, content)));
}
