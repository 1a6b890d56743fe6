import { derivedId } from "@headwater/core";

/**
 * What an instance is told that is no event of the log: what became of a command, that it is late, or what operators do.
 * Times are ISO 8601 UTC.
 */
export type Notice = StepAnswered | TimerFired | Operated;

/** A step has an outcome, or will get none by itself. */
export type StepAnswered = {
  readonly type: "StepAnswered";
  readonly step: string;
  readonly round: number;
  /**
   * `refused`: the participant says no, and has done nothing. `failed`: it was surely not done, as often as it was tried.
   * `unknown`: nobody can say whether it was done. `done`: the participant says that it was.
   */
  readonly outcome: "done" | "refused" | "failed" | "unknown";
  /** The code of the problem, or of the failure: `stock-insufficient`. */
  readonly code: string;
  /** For people, the code among it: what was answered, or kept an answer from coming. */
  readonly reason: string;
  readonly at: string;
};

/** A time has come that the instance has asked for. */
export type TimerFired = {
  readonly type: "TimerFired";
  readonly timer: string;
  readonly dueAt: string;
  readonly at: string;
};

/** What operators do to an instance that cannot go on by itself. */
export type Operated = {
  readonly type: "Operated";
  /**
   * `retry`: what is stuck is sent anew, as another command. `resume`: what is stuck is sent again, as the same command.
   * `skip`: a step is taken for done. `compensate`: what was done is undone.
   */
  readonly act: "retry" | "resume" | "skip" | "compensate";
  /** Absent: all that are stuck. */
  readonly step?: string;
  /** Names the act: done again it is the same. */
  readonly actId: string;
  readonly actor: string;
  readonly reason: string;
  readonly at: string;
};

/** A time that an instance waits for; it is gone when the instance no longer names it. */
export type Timer = {
  /** Unique in its instance, also over time: a timer that is set anew has another name. */
  readonly name: string;
  readonly dueAt: string;
  /** The step whose patience it is: that begins when the step is sent, however long it waits for its turn before. */
  readonly step?: string;
};

/**
 * What makes it the same notice when it comes again. A step that operators have resumed may come to the same again, at
 * another time.
 */
export function noticeId(
  notice: Notice,
  { process, id }: { readonly process: string; readonly id: string },
): string {
  const { type } = notice;
  switch (type) {
    case "StepAnswered":
      return derivedId(process, id, type, notice.step, notice.round, notice.outcome, notice.at);
    case "TimerFired":
      return derivedId(process, id, type, notice.timer);
    case "Operated":
      return derivedId(process, id, type, notice.actId);
  }
}
