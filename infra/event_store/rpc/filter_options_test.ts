import assert from "node:assert/strict";
import { GrpcError, grpcStatus } from "../grpc/grpc_status.ts";
import { ProtobufReader } from "../grpc/protobuf_reader.ts";
import {
  all,
  allFromStart,
  encoded,
  type Fields,
  nested,
  read,
  structuredIds,
} from "../testing/request_test_bed.ts";
import { readFilterOptions } from "./filter_options.ts";
import { readReadRequest } from "./read_request.ts";

const byPrefix = nested(1, (writer) => writer.string(2, "order-"));
const count: Fields = (writer) => writer.empty(4);
function max(value: number): Fields {
  return (writer) => writer.uint(3, value);
}

function multiplier(value: number): Fields {
  return (writer) => writer.uint(5, value);
}

function filterOf(...fields: readonly Fields[]) {
  return readFilterOptions(new ProtobufReader(encoded(all(...fields))));
}

Deno.test("a filter's window counts in the interval of checkpoints, and is 32 where none is asked for", () => {
  assert.equal(filterOf(byPrefix, count, multiplier(3)).checkpointInterval, 96);
  assert.equal(filterOf(byPrefix, max(5), multiplier(3)).checkpointInterval, 15);
});

Deno.test("a filter with neither regex nor prefix lets nothing through, as on the original", () => {
  for (const by of [1, 2]) {
    const { filter } = filterOf(nested(by), count);
    assert.equal(filter.by, by === 1 ? "stream" : "type");
    assert.deepEqual([filter.matches("order-1"), filter.matches("")], [false, false]);
  }
  const { filter } = filterOf(nested(1, (writer) => writer.string(2, "")), count);
  assert.ok(filter.matches("order-1"), "every name begins with the empty text");
});

Deno.test("what a filter cannot do without is refused by name", () => {
  const refused: readonly (readonly [RegExp, ...Fields[]])[] = [
    [/neither stream nor event type/, count],
    [/neither max nor count/, byPrefix, multiplier(1)],
    [/max is 0, allowed: 1 or more/, byPrefix, max(0)],
    [/regex is invalid: \(/, nested(2, (writer) => writer.string(1, "(")), count],
  ];
  for (const [message, ...fields] of refused) {
    assert.throws(() => filterOf(...fields), (error) => isRefusal(error, message));
  }
});

Deno.test("only subscribers need to say how often they want checkpoints", () => {
  const filtered = (fields: Fields, count?: number) =>
    readReadRequest(
      encoded(read(allFromStart, { count, more: all(structuredIds, nested(7, fields)) })),
    );
  for (const unsaid of [all(byPrefix, count), all(byPrefix, count, multiplier(0))]) {
    assert.equal(filtered(unsaid, 10).count, 10);
    assert.throws(
      () => filtered(unsaid),
      (error) => isRefusal(error, /checkpoint interval multiplier is 0, allowed: 1 or more/),
    );
  }
  assert.equal(filtered(all(byPrefix, count, multiplier(1))).filter?.checkpointInterval, 32);
});

function isRefusal(error: unknown, message: RegExp): boolean {
  assert.ok(error instanceof GrpcError);
  assert.equal(error.code, grpcStatus.invalidArgument);
  assert.match(error.message, message);
  return true;
}
