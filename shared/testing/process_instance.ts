import type { DomainEvent } from "@headwater/core";
import type { Process, Step, StepAnswered, Timer, Told } from "@headwater/sagas";
import assert from "node:assert/strict";

/** When the first thing is told to an instance. */
const begin = Date.parse("2026-01-01T00:00:00.000Z");

/**
 * One instance of a process: given events and times, what it then wants done, and when. A second passes before each event;
 * everything that is noted must fit its schemas.
 */
export class ProcessInstance<State> {
  /** As it was given. */
  readonly process: Process<DomainEvent, DomainEvent, State>;
  /** Its own events so far. */
  readonly noted: DomainEvent[] = [];
  #state: State;
  #now = begin;

  /** Nothing has happened to it but what is given. */
  constructor(
    process: Process<DomainEvent, DomainEvent, State>,
    /** What it noted formerly. */
    noted: readonly DomainEvent[] = [],
  ) {
    this.process = process;
    this.#state = process.initialState;
    this.#take(noted);
  }

  /** After all that it noted. */
  get state(): State {
    return this.#state;
  }

  /** ISO 8601 UTC. */
  get at(): string {
    return new Date(this.#now).toISOString();
  }

  /** What it wants done now. */
  get outstanding(): readonly Step[] {
    return this.process.outstanding(this.#state);
  }

  /** What is outstanding: `charge-payment#1`, with its round. */
  get sends(): readonly string[] {
    return this.outstanding.map(({ name, round = 1 }) => `${name}#${round}`);
  }

  /** The times that it waits for. */
  get timers(): readonly Timer[] {
    return this.process.timers?.(this.#state) ?? [];
  }

  /** True when it needs nothing more. */
  get finished(): boolean {
    return this.process.finished(this.#state);
  }

  /** What operators see of it. */
  get tells(): Told {
    return this.process.tells?.(this.#state) ?? { keys: [], isCompensating: false };
  }

  /** Tells it of events of the log. */
  hear(...inputs: readonly DomainEvent[]): this {
    for (const input of inputs) {
      this.#now += 1_000;
      this.#take(this.process.react(input, this.#state, { at: this.at }));
    }
    return this;
  }

  /** What became of a step's command, where no event says so. */
  answered(step: string, outcome: StepAnswered["outcome"], code = "test-answer"): this {
    const { round = 1 } = this.outstanding.find(({ name }) => name === step) ?? {};
    const answer = { step, round, outcome, code, reason: `${code}: so it is`, at: this.at };
    return this.#notice({ type: "StepAnswered", ...answer });
  }

  /** Errors: `Refusal` where its state does not allow it. */
  operated(act: "retry" | "resume" | "skip" | "compensate", step?: string): this {
    const acting = { actId: "1", actor: "ada", reason: "it is known", at: this.at };
    return this.#notice({ type: "Operated", act, ...acting, ...(step !== undefined && { step }) });
  }

  /** Time passes, and it is told of what was due at the end of that. */
  wait(ms: number): this {
    this.#now += ms;
    const due = this.timers.filter(({ dueAt }) => dueAt <= this.at);
    for (const { name: timer, dueAt } of due) this.fire({ name: timer, dueAt });
    return this;
  }

  /** It is told of a time, whether it still waits for it or not. */
  fire({ name: timer, dueAt }: Timer): this {
    return this.#notice({ type: "TimerFired", timer, dueAt, at: this.at });
  }

  /** The same by what is stored, by this or another definition; what it notes from then on is its own. */
  again(process: Process<DomainEvent, DomainEvent, State> = this.process): ProcessInstance<State> {
    const other = new ProcessInstance(process, this.noted);
    other.#now = this.#now;
    assert.deepEqual(other.state, this.state);
    return other;
  }

  #notice(notice: Parameters<NonNullable<Process["notice"]>>[0]): this {
    this.#take(this.process.notice?.(notice, this.#state) ?? []);
    return this;
  }

  #take(noted: readonly DomainEvent[]): void {
    for (const event of noted) {
      this.process.events.encode(event);
      this.noted.push(event);
      this.#state = this.process.evolve(this.#state, event);
    }
  }
}
