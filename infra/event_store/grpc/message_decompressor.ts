import zlib from "node:zlib";
import { GrpcError, grpcStatus } from "./grpc_status.ts";

/** What `grpc-accept-encoding` says: the original takes the same, and sends nothing compressed either. */
export const acceptedEncodings = "identity,gzip,deflate";

export type Decompress = (message: Uint8Array) => Uint8Array;

/** Undoes a `grpc-encoding`, up to a length; what is longer is never made. Throws `GrpcError`, and what it gives does. */
export function createDecompressor(
  encoding: string | undefined,
  { maxMessageBytes }: { readonly maxMessageBytes: number },
): Decompress {
  const { internal, unimplemented } = grpcStatus;
  if (encoding === undefined || encoding === "identity") {
    const message = "Request did not include grpc-encoding value with compressed message.";
    throw new GrpcError({ code: internal, message });
  }
  const undo = encoding === "gzip"
    ? zlib.gunzipSync
    : encoding === "deflate"
    ? zlib.inflateSync
    : undefined;
  if (!undo) {
    const supported = acceptedEncodings.replaceAll(",", ", ");
    const message =
      `Unsupported grpc-encoding value '${encoding}'. Supported encodings: ${supported}`;
    throw new GrpcError({ code: unimplemented, message });
  }
  return (message) => {
    try {
      return undo(message, { maxOutputLength: maxMessageBytes });
    } catch (cause) {
      if (cause instanceof RangeError) throw messageTooLong(cause);
      throw new GrpcError({
        code: internal,
        message: `Cannot decompress a message: it is no ${encoding}`,
        cause,
      });
    }
  };
}

/** A message is longer than the server takes. */
export function messageTooLong(cause?: unknown): GrpcError {
  const message = "Received message exceeds the maximum configured message size.";
  return new GrpcError({ code: grpcStatus.resourceExhausted, message, cause });
}
