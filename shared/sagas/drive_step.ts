import type { StepAnswered } from "./notice.ts";
import type { Answer, Known, NotTaken } from "./send_step.ts";
import type { Step } from "./step.ts";

/** What a step came to. */
export type Outcome = Pick<StepAnswered, "outcome" | "code" | "reason">;

export type StepActs = {
  /** Undefined: it is not outstanding any more. */
  send(): Promise<Answer | undefined>;
  /** The same for the step's question. */
  ask(): Promise<Known | undefined>;
  /** After an attempt that led to no outcome. False: it is not outstanding any more. */
  wait(attempt: number, last: Attempt): Promise<boolean>;
};

/** What an attempt met with that led to no outcome. */
export type Attempt =
  | { readonly outcome: "taken"; readonly position: number | undefined }
  | Pick<NotTaken, "outcome" | "code" | "cause">;

/** What is known of a step that has to be sent once more. */
type ToBeSent = "not done" | "send again";

/** The round that a step is in. */
type Doubt = {
  /** It may have been done, as far as anybody can say. */
  mayBeDone: boolean;
  /** The last attempt left that open: there is something to ask. */
  isOpen: boolean;
};

const takenInVain = "it was taken, and no event has shown that it was done";

/**
 * Sends a step with limits until it has an outcome, or its attempts are used up. What may have been done is asked about
 * before it is sent again, and `failed` is said only of what was surely never done, by none of the attempts.
 * Undefined: it is not outstanding any more.
 */
export async function driveStep(
  step: Step,
  { mayBeSent, ...acts }: StepActs & {
    /** It may have been sent before this, by whoever was interrupted then. */
    readonly mayBeSent: boolean;
  },
): Promise<Outcome | undefined> {
  const attempts = step.limits?.attempts ?? Infinity;
  const isOpen = step.isUnknown === true;
  const doubt: Doubt = { mayBeDone: mayBeSent || isOpen, isOpen };
  for (let attempt = 1;; attempt++) {
    const last = await attemptOnce(step, { doubt, acts });
    if (last === undefined || isOutcome(last)) return last;
    const isLast = attempt >= attempts;
    // Nothing is to be gained by a pause, but for what was taken: its event is under way
    if (isLast && last.outcome !== "taken") return givenUp(last, doubt);
    if (!await acts.wait(attempt, last)) return undefined;
    if (!isLast) continue;
    const asked = step.limits?.ask ? await askOnce(doubt, acts) : last;
    if (asked === undefined) return undefined;
    if (isToBeSent(asked)) return givenUp(last, doubt);
    return isOutcome(asked) ? asked : givenUp(asked, doubt);
  }
}

/** An attempt, or what the step has come to by it. Undefined: it is not outstanding any more. */
async function attemptOnce(
  step: Step,
  { doubt, acts }: { readonly doubt: Doubt; readonly acts: StepActs },
): Promise<Attempt | Outcome | undefined> {
  if (doubt.isOpen && step.limits?.ask) {
    const asked = await askOnce(doubt, acts);
    if (!isToBeSent(asked)) return asked;
  }
  const answer = await acts.send();
  if (answer === undefined) return undefined;
  switch (answer.outcome) {
    case "taken":
      if (step.isDoneWhenTaken) return { outcome: "done", code: "taken", reason: "it was taken" };
      doubt.mayBeDone = doubt.isOpen = true;
      return answer;
    case "refused":
      return { outcome: "refused", code: answer.code, reason: answer.cause };
    case "failed":
      return answer.isLasting ? givenUp(answer, doubt) : answer;
    case "unknown": {
      doubt.mayBeDone = doubt.isOpen = true;
      if (!step.limits?.ask) return answer.isLasting ? givenUp(answer, doubt) : answer;
      const asked = await askOnce(doubt, acts);
      if (asked === "send again") return answer;
      return asked === "not done" ? { ...answer, outcome: "failed" } : asked;
    }
  }
}

async function askOnce(
  doubt: Doubt,
  acts: StepActs,
): Promise<Attempt | Outcome | ToBeSent | undefined> {
  const known = await acts.ask();
  switch (known?.outcome) {
    case undefined:
      return undefined;
    case "done":
    case "refused": {
      const { outcome } = known;
      return { outcome, code: `asked-${outcome}`, reason: `asked, the service says: ${outcome}` };
    }
    case "not done":
      doubt.mayBeDone = doubt.isOpen = false;
      return "not done";
    case "send again":
      return "send again";
    case "unknown":
      return { outcome: "unknown", code: known.code, cause: known.cause };
  }
}

function isToBeSent(asked: Attempt | Outcome | ToBeSent | undefined): asked is ToBeSent {
  return asked === "not done" || asked === "send again";
}

function isOutcome(result: Attempt | Outcome): result is Outcome {
  return "reason" in result;
}

function givenUp(last: Attempt, { mayBeDone }: Doubt): Outcome {
  const { code, cause } = last.outcome === "taken"
    ? { code: "no-event", cause: takenInVain }
    : last;
  return { outcome: mayBeDone ? "unknown" : "failed", code, reason: cause };
}
