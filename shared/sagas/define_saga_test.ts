import assert from "node:assert/strict";
import { defineEvents, type DomainEvent, Refusal } from "@headwater/core";
import { z } from "zod";
import { defineSaga, type Notice, participant, type Saga, sagaEvents } from "./mod.ts";

const tripId = z.string();
const what = z.string();
const reason = z.string();
const tripEvents = defineEvents("trip", {
  Wanted: z.object({ tripId, hotels: z.array(z.string()) }),
  CalledOff: z.object({ tripId, reason }),
  CallingOffRefused: z.object({ tripId }),
  Ended: z.object({ tripId }),
});
const hotelEvents = defineEvents("hotel", {
  Booked: z.object({ tripId, hotel: z.string(), price: z.int() }),
  Full: z.object({ tripId, hotel: z.string(), reason }),
  Returned: z.object({ tripId, hotel: z.string() }),
});
const bankEvents = defineEvents("bank", {
  Paid: z.object({ tripId }),
  NotPaid: z.object({ tripId, reason }),
  Done: z.object({ tripId, what }),
});
const bankCommands = {
  Pay: z.strictObject({ tripId, amount: z.int() }),
  Do: z.strictObject({ tripId, what }),
};
const trip = participant("trip", { commands: {}, events: tripEvents });
const hotel = participant("hotel", {
  commands: { Book: z.strictObject({ tripId, hotel: z.string() }) },
  events: hotelEvents,
});
const bank = participant("bank", { commands: bankCommands, events: bankEvents });
const events = sagaEvents("travel", {
  key: "tripId",
  start: z.object({ tripId, hotels: z.array(z.string()) }),
});

/** Hotels side by side → pay, from where there is no way back → after a day the ticket. */
function travel(
  version = 1,
  more: { readonly migrates?: number[]; readonly earlier?: Saga[] } = {},
) {
  return defineSaga(events, {
    ...{ version, ...more },
    startedBy: trip.event("Wanted"),
    endedBy: [trip.event("Ended")],
    keys: ({ hotels }) => hotels,
    steps: ({ each, pivot, retriable, after }) => [
      each(({ hotels }) => hotels.map((hotel) => ({ hotel }))).by(
        "hotel",
        (one) =>
          one.compensatable("book", {
            does: ({ tripId }, { item: { hotel: name } }) =>
              hotel.command("Book", { tripId, hotel: name }),
            done: hotel.event("Booked", { keeps: ({ price }) => price }),
            refused: hotel.event("Full"),
            undo: one.retriable("return", {
              does: ({ tripId }, { item: { hotel } }) =>
                bank.command("Do", { tripId, what: `return ${hotel}` }),
              done: hotel.event("Returned"),
              nothing: ["booking-unknown"],
            }),
          }),
      ),
      pivot("pay", {
        does: ({ tripId, hotels }, { result }) =>
          bank.command("Pay", {
            tripId,
            amount: hotels.reduce((sum, hotel) => sum + Number(result(`book:${hotel}`)), 0),
          }),
        done: bank.event("Paid"),
        refused: bank.event("NotPaid"),
        attempts: 3,
      }),
      after("rest", "1d"),
      retriable(version === 1 ? "ticket" : "e-ticket", {
        does: ({ tripId }) => bank.command("Do", { tripId, what: "ticket" }),
        done: bank.event("Done", { where: { what: "ticket" } }),
      }),
    ],
    cancel: ({ retriable }) => ({
      when: trip.event("CalledOff"),
      refuse: retriable("refuse", {
        does: ({ tripId }, { reason }) => bank.command("Do", { tripId, what: reason }),
        done: trip.event("CallingOffRefused"),
      }),
    }),
  });
}

const wanted: DomainEvent = { type: "Wanted", data: { tripId: "t", hotels: ["a", "b"] } };
const calledOff: DomainEvent = { type: "CalledOff", data: { tripId: "t", reason: "rain" } };
const paid: DomainEvent = { type: "Paid", data: { tripId: "t" } };
const booked = (hotel: string): DomainEvent => ({
  type: "Booked",
  data: { tripId: "t", hotel, price: 70 },
});
const full = (hotel: string): DomainEvent => ({
  type: "Full",
  data: { tripId: "t", hotel, reason: "full" },
});
const returned = (hotel: string): DomainEvent => ({
  type: "Returned",
  data: { tripId: "t", hotel },
});
const begin = Date.parse("2026-01-01T00:00:00.000Z");

/** An instance, told one thing a second. */
class Travel {
  readonly noted: DomainEvent[] = [];
  #state: Saga["initialState"];
  #seconds = 0;

  constructor(readonly saga: Saga = travel()) {
    this.#state = saga.initialState;
  }

  get at(): string {
    return new Date(begin + this.#seconds * 1_000).toISOString();
  }
  get state() {
    return this.#state;
  }
  get open(): string[] {
    return Object.keys(this.#state.open);
  }
  get sent(): string[] {
    return this.saga.outstanding(this.#state).map(({ name, round }) => `${name}#${round}`);
  }
  get told() {
    return this.saga.tells!(this.#state);
  }
  hear(...inputs: readonly DomainEvent[]): this {
    for (const input of inputs) {
      this.#seconds++;
      this.#take(this.saga.react(input, this.#state, { at: this.at }));
    }
    return this;
  }
  notice(notice: Notice): this {
    this.#take(this.saga.notice!(notice, this.#state));
    return this;
  }
  answered(step: string, outcome: "done" | "refused" | "failed" | "unknown", code = "no"): this {
    const { round = 1 } = this.saga.outstanding(this.#state).find(({ name }) => name === step) ??
      {};
    const answer = { step, round, outcome, code, reason: "so it is", at: this.at };
    return this.notice({ type: "StepAnswered", ...answer });
  }
  operated(act: "retry" | "resume" | "skip" | "compensate", step?: string): this {
    const acting = { actId: "1", actor: "ada", reason: "it is known", at: this.at };
    return this.notice({ type: "Operated", act, ...acting, ...(step !== undefined && { step }) });
  }
  /** All timers that are due after so long. */
  wait(seconds: number): this {
    this.#seconds += seconds;
    for (const { name, dueAt } of this.saga.timers!(this.#state)) {
      if (dueAt > this.at) continue;
      this.notice({ type: "TimerFired", timer: name, dueAt, at: this.at });
    }
    return this;
  }
  /** The same from what is stored. */
  again(saga = this.saga): Travel {
    const other = new Travel(saga);
    other.#seconds = this.#seconds;
    other.#take(this.noted);
    assert.deepEqual(other.state, this.state);
    return other;
  }
  #take(noted: readonly DomainEvent[]): void {
    for (const event of noted) {
      events.encode(event as Parameters<typeof events.encode>[0]);
      this.noted.push(event);
      this.#state = this.saga.evolve(this.#state, event);
    }
  }
}

Deno.test("steps of a group are taken side by side, and what events had to keep makes later commands", () => {
  const instance = new Travel().hear(wanted);
  assert.deepEqual(instance.sent, ["book:a#1", "book:b#1"]);
  instance.hear(booked("b"));
  assert.deepEqual(instance.sent, ["book:a#1"]);
  instance.hear(booked("a"));
  const [pay] = instance.saga.outstanding(instance.state);
  assert.deepEqual([pay?.name, pay?.command.data], ["pay", { tripId: "t", amount: 140 }]);
  assert.deepEqual(instance.told.keys, ["a", "b"]);
});

Deno.test("a refusal waits for those beside it, then undoes what stands, those side by side", () => {
  const instance = new Travel().hear(wanted, full("a"));
  assert.deepEqual([instance.open, instance.told.isCompensating], [["book:b"], true]);
  instance.hear(booked("b"));
  assert.deepEqual(instance.open, ["return:b"]);
  assert.ok(instance.saga.finished(instance.hear(returned("b")).state));

  const both = new Travel().hear(wanted, booked("b"), booked("a"));
  both.answered("pay", "refused", "card-unknown");
  assert.deepEqual(both.open.toSorted(), ["return:a", "return:b"]);
});

Deno.test("what was done after all, though it was given up, is undone too, also when it is undone a second time", () => {
  const instance = new Travel().hear(wanted, booked("b"), full("a"), returned("b"));
  assert.ok(instance.saga.finished(instance.state));
  assert.deepEqual(instance.hear(booked("a")).sent, ["return:a#1"]);
  instance.hear(returned("a"), booked("a"));
  assert.deepEqual(instance.sent, ["return:a#2"]);
  assert.ok(instance.saga.finished(instance.hear(returned("a")).state));
});

Deno.test("a machine that fails is a refusal before there is no way back, and stuck after it", () => {
  const before = new Travel().hear(wanted, booked("a"), booked("b")).answered(
    "pay",
    "failed",
    "away",
  );
  assert.deepEqual(before.noted.at(-1)?.data, {
    ...{ tripId: "t", step: "pay", reason: "away" },
    at: before.at,
  });
  assert.ok(before.told.isCompensating);
  const after = new Travel().hear(wanted, booked("a"), booked("b"), paid).wait(90_000)
    .answered("ticket", "failed", "away");
  assert.deepEqual(after.told.stuck, { step: "ticket", cause: "away: so it is" });
  assert.deepEqual([after.sent, after.saga.finished(after.state)], [[], false]);
});

Deno.test("what is unknown is stuck, until an event or an operator says what became of it", () => {
  const stuck = () =>
    new Travel().hear(wanted, booked("a"), booked("b")).answered("pay", "unknown");
  assert.deepEqual(stuck().told.stuck?.step, "pay");
  assert.deepEqual(stuck().hear(paid).open, ["rest"]);
  assert.deepEqual(stuck().operated("resume").sent, ["pay#1"]);
  assert.deepEqual(stuck().operated("retry").sent, ["pay#2"]);
  assert.deepEqual(stuck().operated("skip").open, ["rest"]);
  assert.deepEqual(stuck().operated("compensate").open.toSorted(), ["return:a", "return:b"]);
  // Nobody who calls it off knows more
  assert.deepEqual(stuck().hear(calledOff).open, ["pay"]);
});

Deno.test("compensation of what may never have happened takes that it has not", () => {
  const instance = new Travel().hear(wanted, booked("a")).answered("book:b", "unknown");
  instance.operated("compensate");
  assert.deepEqual(instance.open.toSorted(), ["return:a", "return:b"]);
  instance.hear(returned("a")).answered("return:b", "refused", "booking-unknown");
  assert.ok(instance.saga.finished(instance.state));
  assert.deepEqual(instance.hear(booked("b")).sent, ["return:b#2"]);
});

Deno.test("a compensation that is refused or exhausted is stuck, and is no more once it is freed", () => {
  for (const outcome of ["refused", "failed"] as const) {
    const instance = new Travel().hear(wanted, booked("a"), full("b")).answered(
      "return:a",
      outcome,
    );
    assert.equal(instance.told.stuck?.step, "return:a");
    assert.ok(!instance.saga.finished(instance.state));
    assert.deepEqual(instance.again().operated("retry").sent, ["return:a#2"]);
    assert.ok(instance.saga.finished(instance.again().operated("skip").state));
  }
});

Deno.test("a cancellation undoes; past the pivot it is refused, each time, by an event of its own", () => {
  const instance = new Travel().hear(wanted, booked("a"), booked("b"), calledOff);
  assert.deepEqual(instance.open, ["pay"], "its outcome is awaited");
  instance.again().hear({ type: "NotPaid", data: { tripId: "t", reason: "poor" } });
  instance.hear(paid);
  assert.equal(instance.noted.at(-1)?.type, "CancellationRefused");
  assert.deepEqual(instance.sent, ["refuse#1"]);
  instance.hear({ type: "CallingOffRefused", data: { tripId: "t" } });
  assert.deepEqual(instance.open, ["rest"]);
  assert.deepEqual(instance.hear(calledOff).sent, ["refuse#2"]);

  const early = new Travel().hear(wanted, booked("a"), calledOff, booked("b"), calledOff);
  assert.deepEqual(early.open.toSorted(), ["return:a", "return:b"]);
});

Deno.test("times: a step without an answer is asked about, then stuck; one that rests goes on; stale ones lead to nothing", () => {
  const slow = new Travel().hear(wanted, booked("a"), booked("b")).wait(31);
  assert.equal(slow.saga.outstanding(slow.state)[0]?.isUnknown, true);
  assert.deepEqual(slow.wait(31).wait(31).told.stuck, {
    step: "pay",
    cause: "no-answer: none in 30000 ms, 3 times",
  });
  const resting = new Travel().hear(wanted, booked("a"), booked("b"), paid);
  const [rest] = resting.saga.timers!(resting.state);
  assert.equal(Date.parse(rest!.dueAt) - Date.parse(resting.at), 86_400_000);
  assert.deepEqual(resting.wait(86_399).open, ["rest"]);
  assert.deepEqual(resting.wait(1).open, ["ticket"]);
  const before = resting.state;
  resting.notice({ type: "TimerFired", timer: rest!.name, dueAt: rest!.dueAt, at: resting.at });
  assert.equal(resting.state, before);
});

Deno.test("times: an instance that comes to no end is undone while it can be", () => {
  const instance = new Travel().hear(wanted, booked("a"));
  instance.wait(901);
  assert.ok(instance.told.isCompensating);
  assert.deepEqual(instance.open, ["book:b"]);
});

Deno.test("what has ended is left as it is, and operators' acts on the wrong state say which they need", () => {
  const ended = new Travel().hear(wanted, booked("a"), { type: "Ended", data: { tripId: "t" } });
  assert.ok(ended.saga.finished(ended.state));
  const done = new Travel().hear(wanted, booked("a"), booked("b"), paid);
  for (
    const [act, message] of [
      ["retry", 'Cannot retry "t": it is past its pivot, this needs a step to be stuck'],
      [
        "compensate",
        'Cannot compensate "t": it is past its pivot, this needs it to be on its way, or done, before its pivot',
      ],
    ] as const
  ) {
    assert.throws(
      () => done.operated(act),
      (error) =>
        error instanceof Refusal && error.code === "saga-not-in-state" && error.message === message,
    );
  }
  assert.throws(() => ended.operated("skip"), { message: /this needs a step to be outstanding/ });
});

Deno.test("instances of another version end as they began, go over, or wait for a release that has it", () => {
  const first = new Travel(travel(1)).hear(wanted, booked("a"), booked("b"), paid);
  const beside = first.again(travel(2, { earlier: [travel(1)] })).wait(90_000);
  assert.deepEqual([beside.open, beside.told.version], [["ticket"], 1]);
  const over = first.again(travel(2, { migrates: [1] })).wait(90_000);
  assert.deepEqual([over.open, over.told.version], [["e-ticket"], 2]);
  assert.ok(over.noted.some(({ type }) => type === "SagaMigrated"));
  const stranded = first.again(travel(2));
  assert.match(stranded.told.stuck!.cause, /does not run version 1/);
  assert.deepEqual(stranded.sent, []);
  assert.throws(
    () => stranded.hear(calledOff),
    /runs by version 1 of "travel", this release has 2/,
  );
});

Deno.test("a step that the code no longer has is stuck, and what has ended stays so whatever the code says", () => {
  const first = new Travel(travel(1)).hear(wanted, booked("a"), booked("b"), paid).wait(90_000);
  const other = { ...travel(2), ...travel(2, { migrates: [1] }) };
  assert.match(first.again(other).told.stuck!.cause, /version 2 has no step "ticket"/);
  first.hear({ type: "Done", data: { tripId: "t", what: "ticket" } });
  assert.ok(other.finished(first.again(other).state));
});
