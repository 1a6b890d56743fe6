import type { DomainCommand, DomainEvent } from "@headwater/core";
import { stepCommandId } from "@headwater/sagas/testing";
import { ProcessInstance, recordedExample } from "@headwater/testing";
import { fulfilmentSaga } from "@shop/order";
import assert from "node:assert/strict";
import { readLines } from "./stored_lines.ts";

/*
 * What `fulfilment` wrote, and wanted, before it was a saga: `stored_fulfilments/` was made once by the last build of
 * that kind, efc0c12. Its `fulfilmentProcess` of services/order/fulfilment_process.ts heard the inputs of each story, one
 * line for each: what it noted, as its contract stored it, and the step that it then wanted, with the command's id.
 * These are never written anew: what was in a log then is in it still.
 */
type Moment = {
  readonly heard: DomainEvent;
  readonly noted: readonly (DomainEvent & { readonly schemaVersion: number })[];
  readonly wants: {
    readonly step: string;
    readonly id: string;
    readonly service: string;
    readonly command: DomainCommand;
  } | null;
  readonly finished: boolean;
};

type StepData = { readonly step?: string; readonly compensates?: string };

const folder = new URL("./stored_fulfilments/", import.meta.url);
const instance = { process: "fulfilment", id: "order-1" };

/** As the log gives it back, by today's contract. */
function read({ schemaVersion, ...event }: Moment["noted"][number]): DomainEvent {
  const { metadata } = recordedExample(event);
  const recorded = recordedExample(event, { metadata: { ...metadata, schemaVersion } });
  const { type, data } = fulfilmentSaga.events.decode(recorded) ?? assert.fail(event.type);
  return { type, data };
}

/** Today's saga over a stream of then. */
function wakened(moments: readonly Moment[]) {
  return new ProcessInstance(fulfilmentSaga, moments.flatMap(({ noted }) => noted.map(read)));
}

function assertWants(
  today: ReturnType<typeof wakened>,
  { moment: { wants, finished }, place }: { readonly moment: Moment; readonly place: string },
): void {
  assert.deepEqual(
    today.outstanding.map(({ name, service, command }) => ({ step: name, service, command })),
    wants ? [{ step: wants.step, service: wants.service, command: wants.command }] : [],
    place,
  );
  assert.equal(today.finished, finished, place);
  assert.equal(today.tells.stuck, undefined, place);
  // What was sent a second time had no id of its own then
  for (const { name: step, round } of today.outstanding.filter(({ round }) => round === 1)) {
    assert.equal(stepCommandId({ ...instance, step, round }), wants?.id, place);
  }
}

const stories = await readLines<Moment>(folder);

Deno.test("a fulfilment that an earlier build began wants, wherever it is, the step that it wanted then", () => {
  for (const [story, moments] of stories) {
    for (const [at, moment] of moments.entries()) {
      const place = `${story}, line ${at + 1}`;
      assertWants(wakened(moments.slice(0, at + 1)), { moment, place });
    }
  }
});

Deno.test("it goes on from there as it would have then, and comes to the same end", () => {
  for (const [story, moments] of stories) {
    for (const from of moments.keys()) {
      const today = wakened(moments.slice(0, from));
      for (const [offset, moment] of moments.slice(from).entries()) {
        const place = `${story}, line ${from + offset + 1}, woken after line ${from}`;
        // Begun today its steps are side by side
        if (from > 0) assertWants(today.hear(moment.heard), { moment, place });
      }
    }
  }
});

Deno.test("one that has ended stays ended, whatever of it is heard again", () => {
  for (const [story, moments] of stories) {
    const ended = wakened(moments);
    assert.ok(ended.finished, story);
    const { state } = ended;
    ended.hear(...heardAgain(moments));
    assert.deepEqual([ended.state, ended.timers, ended.finished], [state, [], true], story);
  }
});

/** All but cancellations, which are refused anew, and what says that a step that was undone was done once more. */
function heardAgain(moments: readonly Moment[]): DomainEvent[] {
  const steps = moments.flatMap(({ noted }) => noted.map(({ data }) => data as StepData));
  const undone = new Set(steps.map(({ compensates }) => compensates));
  return moments.filter(({ heard, noted: [event] }) => {
    const { step } = (event?.data ?? {}) as StepData;
    return heard.type !== "OrderCancellationStarted" && (!step || !undone.has(step));
  }).map(({ heard }) => heard);
}
