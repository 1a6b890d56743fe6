import type { ServerExpectation } from "../log/append_request.ts";
import type { ProtobufReader } from "../grpc/protobuf_reader.ts";
import { invalidArgument } from "./stream_errors.ts";

/** Numbers of the fields that say what a request expects of its stream; all of its messages have the same ones. */
const field = { stream: 1, revision: 2, noStream: 3, any: 4, streamExists: 5 } as const;

/** The largest unsigned number of 64 bits means that there is no stream; doubles round it up. */
const noStreamRevision = 2 ** 64;

/** Which stream, and what is expected of it: the options of appending and deleting. */
export type StreamExpectation = {
  readonly stream: string;
  /** Undefined: not said. */
  readonly expected: ServerExpectation | undefined;
};

/** Gathers a `StreamExpectation` from the fields of options. */
export class ExpectationReader {
  #stream: string | undefined;
  #expected: ServerExpectation | undefined;

  /** False: the field is another one, and still to be read. */
  read(options: ProtobufReader): boolean {
    if (options.field === field.stream) this.#stream = readStreamIdentifier(options.message());
    else if (options.field === field.revision) this.#expected = revisionOf(options.uint());
    else if (options.field === field.noStream) this.#expected = skipped(options, "no-stream");
    else if (options.field === field.any) this.#expected = skipped(options, "any");
    else if (options.field === field.streamExists) {
      this.#expected = skipped(options, "stream-exists");
    } else return false;
    return true;
  }

  get result(): StreamExpectation {
    return { stream: this.#stream ?? "", expected: this.#expected };
  }
}

/** The name in a `StreamIdentifier`. */
export function readStreamIdentifier(message: ProtobufReader): string {
  let name = "";
  while (message.next()) {
    if (message.field === 3) name = message.string();
    else message.skip();
  }
  return name;
}

/** The expectation, which an unary request must have. */
export function requireExpectation(
  { stream, expected }: StreamExpectation,
): { readonly stream: string; readonly expected: ServerExpectation } {
  if (expected === undefined) throw invalidArgument("the expected revision is missing");
  if (stream === "") throw invalidArgument("the stream's name is empty");
  if (stream.includes("\0")) throw invalidArgument("the stream's name contains U+0000");
  return { stream, expected };
}

function revisionOf(value: number): ServerExpectation {
  if (value === noStreamRevision) return "no-stream";
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}

function skipped<Expected>(options: ProtobufReader, expected: Expected): Expected {
  options.skip();
  return expected;
}
