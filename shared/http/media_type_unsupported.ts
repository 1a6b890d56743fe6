/** The body is not JSON by its Content-Type, or packed by its Content-Encoding. Answered with 415. */
export class MediaTypeUnsupported extends Error {
  override readonly name = "MediaTypeUnsupported";
}
