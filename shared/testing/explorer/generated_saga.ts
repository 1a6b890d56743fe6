import { defineEvents, type DomainEvent, type EventSchemas } from "@headwater/core";
import { defineSaga, participant, sagaEvents } from "@headwater/sagas";
import { z } from "zod";
import { randomOf } from "../random_of.ts";
import type { Stage } from "./saga_cast.ts";

/** One step of a saga that is made up. */
export type MadeStep = {
  readonly kind: "compensatable" | "pivot" | "retriable" | "await" | "after";
  /** By whom it is done: those of one are heard in their order. */
  readonly by: number;
  readonly isRefusable?: boolean;
  /** What undoes it may be refused. */
  readonly isKept?: boolean;
  /** There is an answer that says that nothing is to be undone. */
  readonly hasNothing?: boolean;
  readonly each?: "side by side" | "in turn";
  /** Of `after`: in seconds. */
  readonly seconds?: number;
};

/** A saga that is made up: steps side by side in each of its parts. */
export type MadeSaga = {
  readonly parts: readonly (readonly MadeStep[])[];
  readonly hasFirst?: boolean;
  readonly hasLast?: boolean;
  readonly cancel?: "refused" | "silent";
  /** Something may happen that makes the rest needless. */
  readonly mayEnd?: boolean;
  /** By the number of its step: after it something happens that keeps it from being undone. */
  readonly leaves?: number;
};

const numbers = [1, 2, 3, 4, 5, 6];
const id = z.string();
const named = z.object({ id, item: z.string(), reason: z.string() });
const outcomes = ["Done", "Refused", "Undone", "Kept", "Left"];

const contracts: readonly EventSchemas<DomainEvent<string, z.output<typeof named>>>[] = numbers.map(
  (by) => {
    const types = numbers.flatMap((step) => outcomes.map((outcome) => `S${step}${outcome}`));
    return defineEvents(`part${by}`, Object.fromEntries(types.map((type) => [type, named])));
  },
);
const commands = { Do: z.strictObject({ id, what: z.string() }) };
const parties = contracts.map((events, at) => participant(`part${at + 1}`, { commands, events }));
const own = participant("own", {
  commands,
  events: defineEvents("own", {
    Begun: z.object({ id, items: z.array(z.object({ item: z.string() })) }),
    CalledOff: named,
    CallingOffRefused: named,
    Opened: named,
    Closed: named,
    Followed: named,
    Ended: named,
  }),
});
const start = z.object({ id, items: z.array(z.object({ item: z.string() })) });
type Start = z.output<typeof start>;
type Definition = Parameters<typeof defineSaga<Start, Start, Record<never, never>>>[1];
type Make = Parameters<Definition["steps"]>[0];
type MakeEach = Parameters<Parameters<ReturnType<Make["each"]>["by"]>[1]>[0];
const events = sagaEvents("made-up", { key: "id", start });

/** The saga, and one instance of it. */
export function sagaOf(made: MadeSaga): Stage {
  const { leaves } = made;
  let number = 0;
  const parts = made.parts.map((part) => part.map((step) => ({ ...step, number: ++number })));
  const left = parts.flat().find(({ number }) => number === leaves);
  const saga = defineSaga(events, {
    startedBy: own.event("Begun"),
    ...(made.mayEnd && { endedBy: [own.event("Ended")] }),
    steps: (make) =>
      parts.map((steps) => {
        const [first, ...others] = steps;
        if (!first || others.length > 0) {
          return make.parallel(...steps.map((step) => templateOf(make, step)));
        }
        if (!first.each) return templateOf(make, first);
        return make.each(({ items }) => items)
          .by("item", (one) => templateOf(one, first), { undone: first.each });
      }),
    compensation: ({ retriable }) => ({
      ...(made.hasFirst &&
        { first: [retriable("open", { does: orderOf("open"), done: own.event("Opened") })] }),
      ...(made.hasLast &&
        { last: [retriable("close", { does: orderOf("close"), done: own.event("Closed") })] }),
    }),
    ...(made.cancel && {
      cancel: ({ retriable }) => ({
        when: own.event("CalledOff"),
        ...(made.cancel === "refused" && {
          refuse: retriable("refuse", {
            does: orderOf("refuse"),
            done: own.event("CallingOffRefused"),
          }),
        }),
      }),
    }),
    ...(left && {
      later: ({ retriable }) => ({
        left: {
          when: partyOf(left).event(`S${left.number}Left`),
          isPivot: true,
          steps: [
            retriable("follow", { does: orderOf("follow", false), done: own.event("Followed") }),
          ],
        },
      }),
    }),
  });
  return {
    saga,
    begin: { type: "Begun", data: { id: "1", items: [{ item: "a" }, { item: "b" }] } },
    ...(left && {
      outside: { left: { after: [`s${left.number}`], bars: [`undo-s${left.number}`] } },
    }),
  };
}

function templateOf(
  make: Make | MakeEach,
  { number, ...step }: MadeStep & { readonly number: number },
) {
  const name = `s${number}`;
  const party = partyOf(step);
  const refused = step.isRefusable ? { refused: party.event(`S${number}Refused`) } : {};
  const act = {
    does: orderOf(name, false),
    done: party.event(`S${number}Done`),
    attempts: 2,
    ...refused,
  };
  switch (step.kind) {
    case "compensatable":
      return make.compensatable(name, {
        ...act,
        undo: make.retriable(`undo-${name}`, {
          does: orderOf(`undo-${name}`),
          done: party.event(`S${number}Undone`),
          attempts: 2,
          ...(step.isKept && { refused: party.event(`S${number}Kept`) }),
          ...(step.hasNothing && { nothing: ["nothing-there"] }),
        }),
      });
    case "pivot":
      return make.pivot(name, act);
    case "retriable":
      return make.retriable(name, { ...act, refused: [] });
    case "await":
      return make.awaits(name, { done: act.done, within: "1h", ...refused });
    case "after":
      return make.after(name, `${step.seconds ?? 60}s`);
  }
}

function partyOf({ by }: Pick<MadeStep, "by">) {
  return parties[by - 1] ?? parties[0]!;
}

/** Those that are sent where it goes back know why it does. */
function orderOf(what: string, hasReason = true) {
  return ({ id }: { readonly id: string }, { reason }: { readonly reason: string }) =>
    own.command("Do", { id, what: hasReason ? `${what}: ${reason}` : what });
}

/** A saga of up to six steps, by chance; the same for the same seed. */
export function generatedSaga(seed: number): MadeSaga {
  const random = randomOf(seed);
  function chance(of: number): boolean {
    return random() < of;
  }
  function oneOf<Choice>(...choices: readonly [Choice, ...Choice[]]): Choice {
    return choices[Math.floor(random() * choices.length)] ?? choices[0];
  }
  const parts: MadeStep[][] = [];
  const most = oneOf(1, 2, 3, 4, 5, 6);
  let isPivoted = false;
  for (let count = 0; count < most;) {
    const width = Math.min(most - count, oneOf(1, 1, 1, 2, 3));
    const part = Array.from({ length: width }, (): MadeStep => {
      const kind = isPivoted ? oneOf("retriable", "retriable", "await", "after") : oneOf(
        "compensatable",
        "compensatable",
        "compensatable",
        "retriable",
        "await",
        "after",
        "pivot",
      );
      const isAlone = width === 1;
      return {
        kind: kind === "pivot" && !isAlone ? "compensatable" : kind,
        by: oneOf(1, 2, 3, 4, 5, 6),
        isRefusable: chance(0.6),
        isKept: chance(0.3),
        hasNothing: chance(0.5),
        seconds: oneOf(10, 1_000),
        ...(isAlone && kind === "compensatable" && chance(0.3) && {
          each: oneOf("side by side", "in turn"),
        }),
      };
    });
    isPivoted ||= part.some(({ kind }) => kind === "pivot");
    parts.push(part);
    count += width;
  }
  const steps = parts.flat();
  const kept = steps.flatMap(({ isKept, each, kind }, at) =>
    isKept && !each && kind === "compensatable" ? [at + 1] : []
  );
  return {
    parts,
    hasFirst: chance(0.3),
    hasLast: chance(0.5),
    mayEnd: chance(0.2),
    ...(chance(0.7) && { cancel: oneOf("refused", "silent") }),
    ...(kept.length > 0 && chance(0.6) && { leaves: kept[Math.floor(random() * kept.length)]! }),
  };
}
