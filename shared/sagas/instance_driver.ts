import { type Log, machine, type ServiceClient, time } from "@headwater/core";
import { LimitedSteps, type Trace } from "./limited_steps.ts";
import type { StepAnswered } from "./notice.ts";
import type { Process } from "./process.ts";
import type { ProcessInbox } from "./process_inbox.ts";
import type { ProcessRecords } from "./process_records.ts";
import { type Answer, sendStep } from "./send_step.ts";
import type { Step } from "./step.ts";
import { StepNotes, takenInVain } from "./step_notes.ts";
import type { TargetPlaces } from "./target_places.ts";

export type DriverDependencies = {
  readonly process: Process;
  /** The instance after all that was heard. */
  recall(): ReturnType<ProcessInbox["recall"]>;
  readonly client: ServiceClient;
  readonly records: Pick<ProcessRecords, "note">;
  /** Tells the instance what became of a step; told again it has one effect. */
  notice(id: string, notice: StepAnswered): Promise<void>;
  readonly places: TargetPlaces;
  /** The position up to which the process has heard its inputs. */
  heard(): number;
  /** It cannot take an input, and does not know what is to be done before it has. */
  isWaiting(): boolean;
  /** What is outstanding at first may have been sent before: this goes on with what others, or an earlier life, began. */
  readonly isResumed: boolean;
  readonly logger: Log;
  readonly tracer?: machine.Tracer | undefined;
  readonly signal: AbortSignal;
  readonly clock: time.Clock;
  /** Milliseconds since 1970. */
  now(): number;
  random(): number;
};

/** After this, a step that was not shown to be done is sent again; doubles up to the longest. */
const firstPatienceMs = 500;
/** Where a target was away; how many ask it then is limited by its places. */
const longestAwayMs = 5_000;
const longestPatienceMs = 30_000;

/** An input came before it was its turn. */
type Unsent = { readonly outcome: "unsent"; readonly isTroubled: false };

/** Made once: an abort without a reason makes an error with a stack each time. */
const woken = new DOMException("It was woken", "AbortError");

/**
 * Works off the to-do list of one instance until it is empty. A step stays on the list until an input shows that it
 * was done, so the driver sends when the target has a place for it, waits to be woken by an input, and looks at the list
 * again. Sending twice is harmless: the command's id is derived from instance and step. Steps with limits are driven
 * beside that, each on its own.
 */
export class InstanceDriver {
  readonly #id: string;
  readonly #dependencies: DriverDependencies;
  readonly #notes: StepNotes;
  readonly #limited: LimitedSteps;
  /** Aborts when it is woken. */
  #asleep = new AbortController();
  /** What was heard so far: tells a list looked at before the last of it from one looked at after. */
  #inputs = 0;
  #mayBeSent: boolean;
  #ended = false;

  constructor(id: string, dependencies: DriverDependencies) {
    this.#id = id;
    this.#dependencies = dependencies;
    this.#mayBeSent = dependencies.isResumed;
    this.#notes = new StepNotes(id, dependencies);
    this.#limited = new LimitedSteps(id, {
      ...dependencies,
      notes: this.#notes,
      told: () => this.wake(),
    });
  }

  /** Something was heard, or all is over: look at the list again, at once. False when the driver has ended already. */
  wake(): boolean {
    this.#inputs += 1;
    this.#asleep.abort(woken);
    this.#asleep = new AbortController();
    return !this.#ended;
  }

  /** Resolves when nothing is outstanding, or the signal aborts. */
  async run(): Promise<void> {
    const { recall, process, signal, isWaiting } = this.#dependencies;
    let patienceMs = firstPatienceMs;
    let inputs = this.#inputs;
    while (!signal.aborted) {
      if (inputs !== this.#inputs) patienceMs = firstPatienceMs;
      inputs = this.#inputs;
      const { state, last } = await recall();
      if (inputs !== this.#inputs) continue;
      const steps = isWaiting() ? [] : process.outstanding(state);
      this.#notes.keep(steps);
      const trace = {
        correlationId: last?.metadata.$correlationId ?? this.#id,
        causationId: last?.id,
        traceparent: last?.metadata.traceparent,
      };
      const limited = steps.filter((step) => this.#hasLimits(step));
      this.#limited.drive(limited, { ...trace, mayBeSent: this.#mayBeSent });
      this.#mayBeSent = false;
      if (steps.length === 0) {
        this.#ended = true;
        return;
      }
      const endless = steps.filter((step) => !this.#hasLimits(step));
      const results = await Promise.all(endless.map((step) => this.#send(step, trace)));
      if (inputs !== this.#inputs) continue;
      if (endless.length === 0) await time.aborted(this.#asleep.signal);
      else await this.#wait(results, patienceMs * (0.5 + this.#dependencies.random()));
      patienceMs = Math.min(2 * patienceMs, longestPatienceMs);
    }
  }

  /** True for a step that still waits for its turn: nobody was asked for it. */
  isUnsent(step: string): boolean {
    return this.#limited.isUnsent(step);
  }

  /** Resolves when nothing is under way any more, also of what is not outstanding. */
  async settled(): Promise<void> {
    await this.#limited.settled();
  }

  /** Its process is told what it comes to; one that cannot be told has to go on for ever. */
  #hasLimits({ limits, isDoneWhenTaken }: Step): boolean {
    const isTold = limits !== undefined || isDoneWhenTaken === true;
    return isTold && this.#dependencies.process.notice !== undefined;
  }

  /** Until an input comes, or the patience is over and everything was heard that the commands have led to. */
  async #wait(results: readonly (Answer | Unsent)[], patienceMs: number): Promise<void> {
    const { clock, heard } = this.#dependencies;
    const isStuck = results.some((answer) => "isLasting" in answer && answer.isLasting);
    const isAway = results.some(({ isTroubled }) => isTroubled);
    const ms = isStuck
      ? longestPatienceMs
      : Math.min(patienceMs, isAway ? longestAwayMs : Infinity);
    const positions = results.map((sent) => sent.outcome === "taken" && sent.position || 0);
    const done = Math.max(...positions);
    const { signal } = this.#asleep;
    do await time.pause(ms, { clock, signal }); while (!signal.aborted && heard() < done);
  }

  /** A step without limits, once. */
  async #send(step: Step, trace: Trace): Promise<Answer | Unsent> {
    const asleep = this.#asleep.signal;
    const { places, signal, process, client, logger, tracer } = this.#dependencies;
    const sending = { ...trace, id: this.#id, process: process.name, client, tracer, signal };
    const answer = await places.execute(step.service, () => sendStep(step, sending), asleep)
      .catch((error): Unsent => {
        if (!asleep.aborted) throw error;
        return { outcome: "unsent", isTroubled: false };
      });
    if (answer.outcome === "unsent") return answer;
    const before = this.#notes.count(step);
    if (answer.outcome === "taken") {
      // Taken for the first time: what shows that it was done is under way
      const isNews = before > 0 && !asleep.aborted && !signal.aborted;
      if (isNews) await this.#notes.note(step, { state: "running", cause: takenInVain });
      return answer;
    }
    if (signal.aborted) return answer;
    const { isLasting, cause } = answer;
    const { correlationId: $correlationId, traceparent } = trace;
    const ids = machine.logIds({ $correlationId, traceparent });
    const fields = { processManager: process.name, id: this.#id, step: step.name, ...ids, cause };
    if (isLasting) logger.error("process stuck", fields);
    else logger.warn("step not taken, will be sent again", fields);
    await this.#notes.note(step, { state: isLasting ? "stuck" : "running", cause });
    return answer;
  }
}
