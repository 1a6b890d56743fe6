import { equal, ok } from "node:assert/strict";
import { Metadata, status } from "@grpc/grpc-js";
import { DeadlineExceeded, eventLog, Unavailable } from "@headwater/core";
import {
  connectFailure,
  eventStoreFailure,
  isNotLeader,
  UnknownPosition,
} from "./event_store_failure.ts";

const action = 'Cannot read stream "order-1"';

function grpcError(code: number, { message = "", exception = "" } = {}): Error {
  const metadata = new Metadata();
  if (exception) metadata.set("exception", exception);
  return Object.assign(new Error(message), { code, details: message, metadata });
}

function failureOf(error: unknown): Error {
  return eventStoreFailure(action, { error, stream: "order-1" });
}

Deno.test("what breaks a call from outside is unavailable", () => {
  const codes = [status.UNAVAILABLE, status.CANCELLED, status.INTERNAL, status.RESOURCE_EXHAUSTED];
  for (const code of codes) {
    const error = grpcError(code, { message: "Connection dropped" });
    const failure = failureOf(error);
    ok(failure instanceof Unavailable, status[code]);
    equal(failure.message, `${action}: Connection dropped`);
    equal(failure.cause, error);
  }
});

Deno.test("the client's plain error for a server that is down is unavailable as well", () => {
  ok(
    failureOf(Object.assign(new Error("No connection established"), { code: 14 })) instanceof
      Unavailable,
  );
  ok(
    connectFailure(action, new Error("Failed to discover after 10 attempts")) instanceof
      Unavailable,
  );
});

Deno.test("a node that no longer leads is unavailable: the client goes to the leader", () => {
  const failure = failureOf(grpcError(status.NOT_FOUND, { exception: "not-leader" }));
  ok(failure instanceof Unavailable);
  ok(isNotLeader(failure));
});

Deno.test("a limit of time is a deadline, whoever has set it", () => {
  ok(failureOf(grpcError(status.DEADLINE_EXCEEDED)) instanceof DeadlineExceeded);
  ok(failureOf(grpcError(status.ABORTED)) instanceof DeadlineExceeded);
});

Deno.test("a deleted stream says which", () => {
  const failure = failureOf(grpcError(status.FAILED_PRECONDITION, { exception: "stream-deleted" }));
  ok(failure instanceof eventLog.StreamDeleted);
  equal(failure.stream, "order-1");
});

Deno.test("a position that is none of the log's is told from other failures", () => {
  const messages = [
    "Unexpected ReadAllResult: InvalidPosition",
    "Trying to read from an invalid position.",
  ];
  for (const message of messages) {
    ok(failureOf(grpcError(status.UNKNOWN, { message })) instanceof UnknownPosition);
  }
});

Deno.test("an election is unavailable: somebody will lead", () => {
  const failure = failureOf(
    grpcError(status.UNKNOWN, { message: "No leader info available in response" }),
  );
  ok(failure instanceof Unavailable);
  ok(!isNotLeader(failure));
});

Deno.test("a lack of rights is nothing that passes", () => {
  const reasons = [
    [status.PERMISSION_DENIED, "access denied"],
    [status.UNAUTHENTICATED, "the event store does not know the user or the password"],
  ] as const;
  for (const [code, reason] of reasons) {
    const failure = failureOf(grpcError(code, { exception: "access-denied" }));
    equal(failure.message, `${action}: ${reason}`);
    ok(!(failure instanceof Unavailable));
  }
});

Deno.test("what the port has a word for already stays as it is", () => {
  const error = new Unavailable("The event log is closed");
  equal(failureOf(error), error);
});
