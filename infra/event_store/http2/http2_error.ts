/** HTTP/2's error codes (RFC 9113, section 7). */
export const http2ErrorCode = {
  noError: 0,
  protocolError: 1,
  internalError: 2,
  flowControlError: 3,
  settingsTimeout: 4,
  streamClosed: 5,
  frameSizeError: 6,
  refusedStream: 7,
  cancel: 8,
  compressionError: 9,
  connectError: 10,
  enhanceYourCalm: 11,
} as const;

export type Http2ErrorCode = keyof typeof http2ErrorCode;

/** The peer broke the protocol in a way that ends its connection. */
export class Http2Error extends Error {
  override readonly name = "Http2Error";

  constructor(readonly code: Http2ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
