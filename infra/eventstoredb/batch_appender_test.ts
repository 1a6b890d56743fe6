import { deepEqual, equal, rejects } from "node:assert/strict";
import { EventEmitter } from "node:events";
import shared from "@eventstore/db-client/generated/shared_pb.js";
import streams from "@eventstore/db-client/generated/streams_pb.js";
import { DeadlineExceeded, Unavailable } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import { BatchAppender } from "./batch_appender.ts";
import type { BatchAppendCall, CallListener } from "./event_store_connection.ts";

type FakeCall = {
  readonly sent: streams.BatchAppendReq[];
  readonly listener: CallListener<streams.BatchAppendResp>;
  readonly isCancelled: boolean;
  /** Answers a request that was sent, with a place in the stream. */
  answer(request: streams.BatchAppendReq, revision: number): void;
};

/** An appender whose server is the test. */
function appenderTestBed() {
  const clock = manualClock();
  const calls: FakeCall[] = [];
  const appender = new BatchAppender({
    clock,
    deadlineMs: 1_000,
    connection: {
      read: () => Promise.reject(new Error("Cannot read here")),
      batchAppend(listener) {
        const sent: streams.BatchAppendReq[] = [];
        let isCancelled = false;
        calls.push({
          sent,
          listener,
          get isCancelled() {
            return isCancelled;
          },
          answer: (request, revision) => listener.message(success(request, revision)),
        });
        const call = Object.assign(new EventEmitter(), {
          write: (request: streams.BatchAppendReq) => sent.push(request) > 0,
          cancel: () => isCancelled = true,
        });
        return Promise.resolve(call as unknown as BatchAppendCall);
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
  });
  return { clock, calls, append: (...sizes: number[]) => appender.append(exampleAppend(sizes)) };
}

/** Events with so many bytes of data each. */
function exampleAppend(sizes: readonly number[]) {
  const events = (sizes.length > 0 ? sizes : [10]).map((bytes) => ({
    id: crypto.randomUUID(),
    type: "Thing",
    data: "x".repeat(bytes),
    metadata: "{}",
  }));
  return { stream: "order-1", expected: 4, events };
}

function success(request: streams.BatchAppendReq, revision: number): streams.BatchAppendResp {
  const position = new shared.AllStreamPosition();
  position.setCommitPosition(String(revision * 10));
  position.setPreparePosition(String(revision * 10));
  const place = new streams.BatchAppendResp.Success();
  place.setCurrentRevision(String(revision));
  place.setPosition(position);
  const response = new streams.BatchAppendResp();
  response.setCorrelationId(request.getCorrelationId());
  response.setSuccess(place);
  return response;
}

Deno.test("appends share a call, and each gets its own answer in whatever order", async () => {
  const { clock, calls, append } = appenderTestBed();
  const appends = [append(), append()];
  await clock.advance(0);
  const [{ sent, answer }] = calls as [FakeCall];
  deepEqual([calls.length, sent.length], [1, 2]);
  answer(sent[1]!, 8);
  answer(sent[0]!, 5);
  deepEqual(await Promise.all(appends), [
    { revision: 5, position: 50 },
    { revision: 8, position: 80 },
  ]);
  equal(clock.pending(), 0);
});

Deno.test("what was sent over a call that breaks is unavailable, what comes next has another call", async () => {
  const { clock, calls, append } = appenderTestBed();
  const lost = append();
  await clock.advance(0);
  calls[0]!.listener.over(Object.assign(new Error("Connection dropped"), { code: 14 }));
  await rejects(lost, Unavailable);
  const next = append();
  await clock.advance(0);
  calls[1]!.answer(calls[1]!.sent[0]!, 1);
  equal((await next).revision, 1);
});

Deno.test("an answer that comes after the deadline is nobody's", async () => {
  const { clock, calls, append } = appenderTestBed();
  const late = append();
  const inTime = append();
  await clock.advance(500);
  const [{ sent, answer }] = calls as [FakeCall];
  answer(sent[1]!, 2);
  equal((await inTime).revision, 2);
  await Promise.all([rejects(late, DeadlineExceeded), clock.advance(600)]);
  answer(sent[0]!, 1);
  answer(sent[0]!, 1);
  equal(calls[0]!.isCancelled, false);
});

Deno.test("a call without any answer until a deadline is given up", async () => {
  const { clock, calls, append } = appenderTestBed();
  const silent = append();
  await clock.advance(500);
  const later = append();
  await Promise.all([
    rejects(silent, DeadlineExceeded),
    rejects(later, Unavailable),
    clock.advance(600),
  ]);
  equal(calls[0]!.isCancelled, true);
});

Deno.test("a large append is sent in several messages, the last of which says so", async () => {
  const { clock, calls, append } = appenderTestBed();
  const appending = append(2_000_000, 900_000, 2_000_000, 2_000_000);
  await clock.advance(0);
  const [{ sent, answer }] = calls as [FakeCall];
  deepEqual(sent.map((request) => request.getProposedMessagesList().length), [2, 1, 1]);
  deepEqual(sent.map((request) => request.getIsFinal()), [false, false, true]);
  deepEqual(sent.map((request) => request.hasOptions()), [true, false, false]);
  answer(sent[0]!, 1);
  await appending;
});
