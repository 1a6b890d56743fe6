import { acts, machine } from "@headwater/core";
import { failureGroup } from "./failure_group.ts";
import type { InstanceRecord } from "./list_instances.ts";
import { takenInVain } from "./step_notes.ts";

/** What operators ask for, of what is unfinished. */
export const askedStates = ["running", "compensating", "stuck", "waiting"] as const;

/** Where an instance, or a whole process, stands, for operators: a line of `sagas list`. */
export type InstanceStatus = {
  readonly id: string;
  /** The process. */
  readonly type: string;
  /** The same with the version by which it runs, where that has one. */
  readonly definition: string;
  /** `waiting`: on its way, but what it wants done next is not done yet, or it wants an event. `stopped`: a whole process. */
  readonly state: (typeof askedStates)[number] | "stopped";
  readonly isCompensating: boolean;
  readonly step: string | null;
  /** Who is to do the step, and what: null with `waiting` says that it waits for an event. */
  readonly target: string | null;
  readonly command: string | null;
  /** Since when it is at that. */
  readonly since: string | null;
  readonly waitsMs: number | null;
  /** How often the step was sent, but for a first time that was taken. */
  readonly sent: number;
  readonly cause: string | null;
  readonly answeredAt: string | null;
  readonly startedAt: string;
  readonly ageMs: number;
  readonly keys: readonly string[];
};

/** Which of them somebody wants to see; what is absent leaves out nothing. */
export type InstanceFilter = {
  /** `compensating` are those that undo what they did, also where they wait or are stuck. */
  readonly state?: (typeof askedStates)[number] | undefined;
  /** A step's name, or what stands before its colon. */
  readonly step?: string | undefined;
  /** One of the keys. */
  readonly key?: string | undefined;
  readonly process?: string | undefined;
  /** What its cause has in common with others, as `sagas groups` tells it. */
  readonly failure?: string | undefined;
  /** At least so old. */
  readonly olderMs?: number | undefined;
};

/** What takes no longer is nothing that anybody waits for. */
const calmMs = 1_000;

/** How an instance stands at a moment (milliseconds since 1970). */
export function statusOf(
  { process, ...record }: InstanceRecord & { readonly process: string },
  now: number,
): InstanceStatus {
  const { id, step, target, command, since, sent, cause, answeredAt, isCompensating } = record;
  const waitsMs = since === null ? null : Math.max(0, now - Date.parse(since));
  const isHeldUp = cause !== null || since !== null && (step === null || waitsMs! > calmMs);
  const state = record.state === "stuck"
    ? "stuck"
    : isHeldUp
    ? "waiting"
    : isCompensating
    ? "compensating"
    : "running";
  return {
    ...{ id, type: process, definition: versionedName(process, record.version) },
    ...{ state, isCompensating, step, target, command },
    ...{ since, waitsMs, sent, cause, answeredAt, startedAt: record.startedAt },
    ...{ ageMs: now - Date.parse(record.startedAt), keys: record.keys },
  };
}

/** `checkout@3`, or the name alone where its definition has no version. */
export function versionedName(process: string, version: number | null | undefined): string {
  return version === null || version === undefined ? process : `${process}@${version}`;
}

/**
 * A cause for those, too, that wait for a service and have heard nothing of it: while it is away it is asked by one of
 * them, which has heard why.
 */
export function withCauses(all: readonly InstanceStatus[]): readonly InstanceStatus[] {
  const heard = new Map<string, string>();
  for (const { target, state, cause } of all) {
    const isOfTarget = target !== null && state === "waiting" && cause !== takenInVain;
    if (isOfTarget && cause !== null) heard.set(target, cause);
  }
  return all.map((each) => {
    const { step, target, state, cause } = each;
    if (state !== "waiting" || cause !== null || step === null) return each;
    const other = heard.get(target ?? "");
    const whatElse = other === undefined
      ? ", and no event has shown that it was done"
      : `; another instance was told by "${target}": ${other}`;
    return { ...each, cause: `no answer has come yet${whatElse}` };
  });
}

/** A whole process that stands still, in the same list. */
export function stoppedStatus(
  { process, cause, since }: {
    readonly process: string;
    readonly cause: string;
    readonly since: string;
  },
  now: number,
): InstanceStatus {
  const ageMs = now - Date.parse(since);
  return {
    ...{ id: process, type: process, definition: process, state: "stopped", step: null },
    ...{ isCompensating: false, target: null, command: null, since, waitsMs: ageMs, sent: 0 },
    ...{ cause, answeredAt: null, startedAt: since, ageMs, keys: [process] },
  };
}

/** True for what is asked for. A process that stands still has no step and is in no state that can be asked for. */
export function isAskedFor(
  status: InstanceStatus,
  { state, step, key, process, failure, olderMs }: InstanceFilter,
): boolean {
  const isInState = state === undefined || status.state === state ||
    state === "compensating" && status.isCompensating;
  const isAtStep = step === undefined || status.step === step ||
    status.step?.split(":")[0] === step;
  const isOfKind = (process === undefined || status.type === process) &&
    (failure === undefined || failureGroup(status.cause) === failure);
  return isInState && isAtStep && isOfKind && (key === undefined || status.keys.includes(key)) &&
    (olderMs === undefined || status.ageMs >= olderMs);
}

/** A line for people. */
export function statusLine(status: InstanceStatus): string {
  const { state, isCompensating, definition, id, startedAt } = status;
  const isSaid = isCompensating && state !== "compensating";
  const stateText = isSaid ? `${state}, compensating` : state.padEnd(8);
  const parts = [
    `${stateText} ${definition} ${id}`,
    waitsText(status),
    `since ${startedAt}`,
    status.cause,
  ];
  return machine.inOneLine(parts.filter(Boolean).join("  "));
}

/** `charge-payment (payment ChargePayment) for 12 s, sent 4 times`; empty where nothing is known. */
export function waitsText(
  { step, target, command, waitsMs, sent, state }: Pick<
    InstanceStatus,
    "step" | "target" | "command" | "waitsMs" | "sent" | "state"
  >,
): string {
  const what = step ?? (state === "waiting" ? "an event" : "");
  if (what === "") return "";
  const who = target === null ? "" : ` (${target} ${command})`;
  const long = waitsMs === null ? "" : ` for ${acts.durationText(waitsMs)}`;
  const often = sent === 0 ? "" : `, sent ${sent === 1 ? "once" : `${sent} times`}`;
  return `${what}${who}${long}${often}`;
}
