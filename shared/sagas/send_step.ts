import { DeadlineExceeded, machine, type ServiceClient, Unavailable } from "@headwater/core";
import { type Question, type Step, stepCommandId } from "./step.ts";

/** What came of sending a step's command. */
export type Answer = Taken | NotTaken;

/** The participant has it. */
export type Taken = {
  readonly outcome: "taken";
  readonly isTroubled: false;
  /** Of the command's events: what shows that it was done has been heard when the process is there. */
  readonly position: number | undefined;
};

/** It was not taken, or no answer came. */
export type NotTaken = {
  /**
   * `refused`: a rule says no, and nothing was done. `failed`: it was surely not done. `unknown`: nobody can say whether
   * it was done.
   */
  readonly outcome: "refused" | "failed" | "unknown";
  /** The target is away or has too much to do. */
  readonly isTroubled: boolean;
  /** The answer will be the same next time. */
  readonly isLasting: boolean;
  /** Of the problem, or of the failure. */
  readonly code: string;
  /** For people. */
  readonly cause: string;
};

/** What a participant says became of a step; `unknown`: it does not know, or could not be asked. */
export type Known =
  | { readonly outcome: "done" | "refused" | "not done" | "send again"; readonly isTroubled: false }
  | {
    readonly outcome: "unknown";
    readonly isTroubled: boolean;
    readonly code: string;
    readonly cause: string;
  };

/** From whom a step is, and where it comes from. */
export type Sending = {
  /** The process's name. */
  readonly process: string;
  /** The instance. */
  readonly id: string;
  readonly client: ServiceClient;
  readonly correlationId: string;
  readonly causationId: string | undefined;
  /** Of what the instance heard or was told last. */
  readonly traceparent: string | undefined;
  /** Default: nobody listens. */
  readonly tracer?: machine.Tracer | undefined;
  readonly signal: AbortSignal;
};

/** Answers that speak of the moment: the target is away or has too much to do. */
const ofTheMoment = [408, 425, 429, 502, 503, 504];
/** Where a rule has said no, if the participant's code says which. */
const ofRules = [404, 409, 422];
/** Nobody has asked a rule: there is no such thing to ask, which is a fault of code that sends or takes commands. */
const faults = ["command-unknown", "route-unknown"];
/** Something else was done under this id. */
const otherContent = "idempotency-key-reused";

/** Sends a step's command, and says what the answer means. Does not throw. */
export async function sendStep(step: Step, sending: Sending): Promise<Answer> {
  const name = `send ${step.command.type}`;
  return await inSpan({ name, step: step.name }, sending, (own) => send(step, own));
}

async function send(step: Step, sending: Sending): Promise<Answer> {
  const { client, signal } = sending;
  let answering: Promise<machine.CommandAnswer>;
  try {
    const message = messageOf(step, sending);
    answering = machine.sendCommand(client, { service: step.service, message, signal });
  } catch (error) {
    return {
      ...{ outcome: "failed", isTroubled: false, isLasting: true, code: "command-unsendable" },
      cause: machine.messageOf(error),
    };
  }
  try {
    const answer = await answering;
    if (!answer.isTaken) return meaningOf(answer);
    return { outcome: "taken", isTroubled: false, position: answer.position };
  } catch (error) {
    return { ...failureOf(error), isLasting: false };
  }
}

/** Asks what became of a step. Does not throw. */
export async function askAbout(question: Question, sending: Sending): Promise<Known> {
  return await inSpan({ name: `ask ${question.service}` }, sending, (own) => ask(question, own));
}

/** Each try is a span, which follows from what the instance heard last: that may be long ago, and of another process. */
function inSpan<Result extends Answer | Known>(
  { name, step }: { readonly name: string; readonly step?: string },
  sending: Sending,
  act: (sending: Sending) => Promise<Result>,
): Promise<Result> {
  const { tracer = machine.silentTracer, traceparent, process, id, correlationId } = sending;
  return tracer.span({
    name,
    parent: traceparent ?? null,
    attributes: {
      "messaging.message.conversation_id": correlationId,
      "headwater.process": process,
      "headwater.process.instance": id,
      "headwater.process.step": step,
    },
  }, async (span) => {
    const result = await act(
      span.traceparent === undefined ? sending : { ...sending, traceparent: span.traceparent },
    );
    span.set({ "headwater.process.outcome": result.outcome });
    if ("code" in result && result.outcome !== "refused") span.fail(result.code);
    return result;
  });
}

async function ask(
  { service, path, read }: Question,
  { client, correlationId, traceparent, signal }: Sending,
): Promise<Known> {
  try {
    const request = new Request(`http://${service}${path}`, {
      headers: {
        "X-Correlation-Id": correlationId,
        ...(traceparent !== undefined && { traceparent }),
      },
      signal,
    });
    const response = await client.call(service, request);
    const { status } = response;
    const text = await response.text();
    const isTroubled = ofTheMoment.includes(status);
    const outcome = isTroubled || status >= 500
      ? undefined
      : read({ status, body: machine.jsonIn(text) ?? text });
    if (outcome !== undefined) return { outcome, isTroubled: false };
    const refused = machine.refusedIn(text, status);
    return {
      ...{ outcome: "unknown", isTroubled, code: refused.code },
      cause: `asked, "${service}" does not know whether it was done: ${causeOf(refused)}`,
    };
  } catch (error) {
    const { cause, ...failure } = failureOf(error);
    return {
      ...failure,
      outcome: "unknown",
      cause: `cannot ask "${service}" whether it was done: ${cause}`,
    };
  }
}

function messageOf(
  { name, command, round }: Step,
  { process, id, correlationId, causationId, traceparent }: Sending,
): machine.CommandMessage {
  return {
    type: command.type,
    data: JSON.stringify(command.data),
    key: stepCommandId({ process, id, step: name, round }),
    actor: process,
    ...{ correlationId, causationId, traceparent },
  };
}

function meaningOf({ status, isProblem, ...said }: machine.CommandRefused): NotTaken {
  const { code } = said;
  const isTroubled = ofTheMoment.includes(status);
  // A 4xx will be the same next time, but for those that speak of the moment.
  const isLasting = !isTroubled && status < 500 && code !== "revision-conflict";
  const isRule = isLasting && isProblem && ofRules.includes(status) && !faults.includes(code);
  const isUnknown = code === otherContent || Unavailable.isInDoubt(code) ||
    status >= 500 && status !== 503;
  const outcome = isUnknown ? "unknown" : isRule ? "refused" : "failed";
  return { outcome, isTroubled, isLasting, code, cause: causeOf(said) };
}

/** What kept an answer from coming. */
function failureOf(error: unknown): Pick<NotTaken, "outcome" | "isTroubled" | "code" | "cause"> {
  const cause = machine.messageOf(error);
  if (error instanceof Unavailable) {
    const { code } = error;
    const outcome = Unavailable.isInDoubt(code) ? "unknown" : "failed";
    return { outcome, isTroubled: true, code, cause };
  }
  const isLate = error instanceof DeadlineExceeded;
  const code = isLate ? "deadline-exceeded" : "call-failed";
  return { outcome: "unknown", isTroubled: isLate, code, cause };
}

function causeOf({ code, detail }: Pick<machine.Refused, "code" | "detail">): string {
  return `${code}: ${detail}`;
}
