import { field, type Log, machine, type ServiceClient, time } from "@headwater/core";
import { type Attempt, driveStep, type Outcome } from "./drive_step.ts";
import type { StepAnswered } from "./notice.ts";
import type { Process } from "./process.ts";
import { type Answer, askAbout, type Known, type Sending, sendStep } from "./send_step.ts";
import type { Step } from "./step.ts";
import { keptCause, type StepNotes, takenInVain } from "./step_notes.ts";
import type { TargetOutcome, TargetPlaces } from "./target_places.ts";

export type LimitedStepsDependencies = {
  readonly process: Process;
  readonly client: ServiceClient;
  readonly places: TargetPlaces;
  readonly logger: Log;
  readonly tracer?: machine.Tracer | undefined;
  readonly clock: time.Clock;
  /** Ends all of it. */
  readonly signal: AbortSignal;
  /** The position up to which the process has heard its inputs. */
  heard(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Milliseconds since 1970. */
  now(): number;
  /** Tells the instance what became of a step; told again it has one effect. */
  notice(id: string, notice: StepAnswered): Promise<void>;
};

/** Where the steps of an instance come from. */
export type Trace = Pick<Sending, "correlationId" | "causationId" | "traceparent">;

/** A step that is driven. */
type Driving = {
  readonly step: Step;
  /** Tells its rounds apart. */
  readonly key: string;
  /** Of what is sent: it is not cut off because its event was heard before its answer. */
  readonly sending: Sending;
  /** Aborts when the step is not outstanding any more, or all is over. */
  readonly gone: AbortController;
  /** The instance was told its outcome, which leaves it outstanding. */
  isOver: boolean;
};

/** Pauses after a first attempt; each later one is twice as long. */
const firstPauseMs = 200;
/** What was taken has its event under way. */
const firstPatienceMs = 500;
const longestPauseMs = 60_000;
const longestCode = 100;
/** Made once: an abort without a reason makes an error with a stack each time. */
const settled = new DOMException("It is outstanding no more", "AbortError");

/**
 * The steps of an instance that have limits. Each is driven on its own until it has an outcome, which the instance is
 * told, or is not outstanding any more: what is answered after that is heeded no more.
 */
export class LimitedSteps {
  readonly #id: string;
  readonly #notes: StepNotes;
  readonly #told: () => void;
  readonly #dependencies: LimitedStepsDependencies;
  readonly #steps = new Map<string, Driving>();
  /** Those that were driven here, and may have been done for all that is known. */
  readonly #inDoubt = new Set<string>();
  /** Those that were sent from here, or may have been before. */
  readonly #sent = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();

  /** `told`: called when the instance was told something. */
  constructor(
    id: string,
    { notes, told, ...dependencies }: LimitedStepsDependencies & {
      readonly notes: StepNotes;
      told(): void;
    },
  ) {
    this.#id = id;
    this.#notes = notes;
    this.#told = told;
    this.#dependencies = dependencies;
    const { signal } = dependencies;
    signal.addEventListener("abort", () => {
      for (const { gone } of this.#steps.values()) gone.abort(signal.reason);
    }, { once: true });
  }

  /** Drives these from now on, and no others. */
  drive(
    steps: readonly Step[],
    options: Trace & {
      /** Those that are new here may have been sent before. */
      readonly mayBeSent: boolean;
    },
  ): void {
    const { client, process, tracer, signal: end } = this.#dependencies;
    const { mayBeSent, correlationId, causationId, traceparent } = options;
    const outstanding = new Map(steps.map((step) => [keyOf(step), step]));
    for (const [key, { gone }] of this.#steps) {
      if (outstanding.has(key)) continue;
      gone.abort(settled);
      this.#steps.delete(key);
    }
    for (const [key, step] of outstanding) {
      const known = this.#steps.get(key);
      if (known && !known.isOver) continue;
      const from = { process: process.name, id: this.#id, correlationId, causationId, traceparent };
      const sending = { ...from, client, tracer, signal: end };
      const driving = { step, key, sending, gone: new AbortController(), isOver: false };
      if (end.aborted) driving.gone.abort(end.reason);
      this.#steps.set(key, driving);
      const driven = this.#drive(driving, { mayBeSent, isAgain: known !== undefined })
        .finally(() => this.#underWay.delete(driven));
      this.#underWay.add(driven);
    }
  }

  /** True for a step that still waits for its turn: nobody was asked for it. */
  isUnsent(step: string): boolean {
    const keys = [...this.#steps.keys()].filter((key) => key.slice(key.indexOf(" ") + 1) === step);
    return keys.length > 0 && !keys.some((key) => this.#sent.has(key));
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #drive(
    driving: Driving,
    { isAgain, mayBeSent }: {
      /** It had an outcome before, which its process has made nothing of. */
      readonly isAgain: boolean;
      readonly mayBeSent: boolean;
    },
  ): Promise<void> {
    const { clock, logger } = this.#dependencies;
    const { step, key, gone: { signal } } = driving;
    const wasInDoubt = this.#inDoubt.has(key);
    this.#inDoubt.add(key);
    if (mayBeSent || wasInDoubt) this.#sent.add(key);
    try {
      if (isAgain) await time.pause(longestPauseMs, { clock, signal });
      const outcome = await driveStep(step, {
        mayBeSent: mayBeSent || wasInDoubt,
        send: () => this.#send(driving),
        ask: () => this.#ask(driving),
        wait: (attempt, last) => this.#wait(driving, { attempt, last }),
      });
      if (outcome && outcome.outcome !== "unknown") this.#inDoubt.delete(key);
      if (outcome) await this.#tell(driving, outcome);
    } catch (error) {
      logger.error("driving a step failed", { ...this.#fields(driving), error });
    }
    driving.isOver = true;
    if (!signal.aborted) this.#told();
  }

  async #send({ step, key, sending, gone }: Driving): Promise<Answer | undefined> {
    const act = () => {
      this.#sent.add(key);
      return sendStep(step, sending);
    };
    const answer = await this.#atTarget(step.service, { act, signal: gone.signal });
    if (answer) this.#notes.count(step);
    return answer;
  }

  async #ask({ step, sending, gone }: Driving): Promise<Known | undefined> {
    const question = step.limits?.ask;
    if (!question) return undefined;
    return await this.#atTarget(question.service, {
      act: () => askAbout(question, sending),
      signal: gone.signal,
    });
  }

  /** Undefined: it is of no use any more. */
  async #atTarget<Result extends TargetOutcome>(
    service: string,
    { act, signal }: { act(): Promise<Result>; readonly signal: AbortSignal },
  ): Promise<Result | undefined> {
    try {
      const result = await this.#dependencies.places.execute(service, act, signal);
      return signal.aborted ? undefined : result;
    } catch (error) {
      if (!signal.aborted) throw error;
      return undefined;
    }
  }

  async #wait(
    driving: Driving,
    { attempt, last }: { readonly attempt: number; readonly last: Attempt },
  ): Promise<boolean> {
    const { step, gone: { signal } } = driving;
    const { clock, heard, random, logger } = this.#dependencies;
    const isTaken = last.outcome === "taken";
    const cause = isTaken ? takenInVain : last.cause;
    if (!isTaken) {
      logger.warn("step not taken, will be sent again", { ...this.#fields(driving), cause });
    }
    // Taken for the first time: what shows that it was done is under way
    if (!isTaken || attempt > 1) await this.#notes.note(step, { state: "running", cause });
    const firstMs = isTaken ? firstPatienceMs : firstPauseMs;
    const ms = Math.min(firstMs * 2 ** (attempt - 1), longestPauseMs) * (0.5 + random());
    const position = isTaken ? last.position ?? 0 : 0;
    do await time.pause(ms, { clock, signal }); while (!signal.aborted && heard() < position);
    return !signal.aborted;
  }

  /** Until it has been told, whatever keeps the log from taking it. */
  async #tell(driving: Driving, { outcome, code, reason }: Outcome): Promise<void> {
    const { step, gone: { signal } } = driving;
    const fields = this.#fields(driving);
    const { clock, random, now, notice, logger } = this.#dependencies;
    const told: StepAnswered = {
      ...{ type: "StepAnswered", step: step.name, round: step.round ?? 1, outcome },
      code: field.outsideText(longestCode).parse(code),
      reason: keptCause(reason),
      at: new Date(now()).toISOString(),
    };
    const isGivenUp = outcome === "failed" || outcome === "unknown";
    if (isGivenUp) logger.warn("step given up", { ...fields, outcome, cause: reason });
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        return await notice(this.#id, told);
      } catch (error) {
        if (signal.aborted) return;
        logger.warn("cannot tell a process what a step came to, will try again", {
          ...{ ...fields, error },
        });
        const cause = `${outcome} (${reason}), which the process cannot take: ${
          machine.messageOf(error)
        }`;
        await this.#notes.note(step, { state: "running", cause });
        await time.pause(
          time.backOffMs(failures, { random, firstMs: firstPauseMs, longestMs: longestPauseMs }),
          { clock, signal },
        );
      }
    }
  }

  #fields(
    { step: { name: step }, sending: { correlationId: $correlationId, traceparent } }: Driving,
  ) {
    const ids = machine.logIds({ $correlationId, traceparent });
    return { processManager: this.#dependencies.process.name, id: this.#id, step, ...ids };
  }
}

/** Tells its rounds apart. */
function keyOf({ name, round = 1 }: Step): string {
  return `${round} ${name}`;
}
