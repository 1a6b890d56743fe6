import type { Saga } from "@headwater/sagas";
import { isDeepStrictEqual } from "node:util";
import { type Moment, notes, readBack, type Stand, standOf, type Tidings } from "./saga_history.ts";

/** What an instance was told, noted and wanted, by the version of its definition that it began with. */
export type History = {
  readonly version: number;
  readonly story: string;
  readonly moments: readonly Moment[];
};

/** Where and how today's code would have an instance go another way than it did; undefined: nowhere. */
export function derailment(saga: Saga, { version, story, moments }: History): string | undefined {
  const lacks = !saga.versions?.includes(version);
  if (lacks) {
    return said({ place: "anywhere", what: `this code has versions ${saga.versions?.join(", ")}` });
  }
  const migrates = goesOver(saga, moments);
  let state = saga.initialState;
  for (const [index, moment] of moments.entries()) {
    const place = `line ${index + 1}, after ${nameOf(moment.told)}`;
    try {
      const before = state;
      const noted = notes(saga, { state, told: moment.told });
      const stored = moment.noted.map((event) => readBack(saga, event));
      state = stored.reduce(saga.evolve, state);
      // Who begins now begins by the newest version
      const isComparable = before.started !== undefined || version === saga.definition.version;
      const what = migrates
        ? lost(moment, {
          now: standOf(saga, state),
          gone: standOf(saga, noted.reduce(saga.evolve, before)),
          isTaken: noted.length > 0,
        })
        : difference(
          { ...moment, noted: stored },
          { ...standOf(saga, state), noted: isComparable ? noted : stored },
        );
      if (what !== undefined) return said({ place, what });
    } catch (error) {
      return said({ place, what: `it fails: ${error instanceof Error ? error.message : error}` });
    }
  }
  return undefined;

  function said({ place, what }: { readonly place: string; readonly what: string }): string {
    return `A running instance of saga "${saga.name}", version ${version}, would be derailed: story "${story}", ${place}: ${what}
If the change is meant, raise \`version\` of the definition and name ${version} in \`migrates\` (its instances go over), or keep the definition as it was in \`earlier\` (they end as they began); then \`deno task sagas:store\` writes the new version's histories`;
  }
}

/** True where this code takes its instances over to another version. */
function goesOver(saga: Saga, moments: readonly Moment[]): boolean {
  let state = saga.initialState;
  try {
    for (const { told, noted } of moments) {
      const isTaken = notes(saga, { state, told })[0]?.type === "SagaMigrated";
      if (isTaken && noted[0]?.type !== "SagaMigrated") return true;
      state = noted.map((event) => readBack(saga, event)).reduce(saga.evolve, state);
    }
  } catch {
    // The replay says where
  }
  return false;
}

function nameOf(told: Tidings): string {
  if ("heard" in told) return told.heard.type;
  const { notice } = told;
  switch (notice.type) {
    case "StepAnswered":
      return `${notice.type} ${notice.outcome} of ${notice.step}`;
    case "TimerFired":
      return `${notice.type} ${notice.timer}`;
    case "Operated":
      return `${notice.type} ${notice.act}`;
  }
}

/** Of one that goes over to another version: its way may change, but what has ended stays ended, and nobody is left stuck. */
function lost(
  { finished, noted, tells }: Moment,
  { now, gone, isTaken }: { readonly now: Stand; readonly gone: Stand; readonly isTaken: boolean },
): string | undefined {
  const [first] = noted;
  if (first && !isTaken) return `it no longer takes what was noted as ${first.type}`;
  const isAnswered = noted.every(({ type }) => type === "AnswerHeard");
  const woken = [now, ...(isAnswered ? [gone] : [])].find((stand) => finished && !stand.finished);
  if (woken) return `it had ended, and now wants ${text(woken.wants.map(({ step }) => step))}`;
  const stuck = now.tells.stuck ?? gone.tells.stuck;
  return stuck && !tells.stuck ? `it is stuck at ${stuck.step}: ${stuck.cause}` : undefined;
}

type Compared = Stand & { readonly noted: unknown };

const compared = ["wants", "timers", "finished", "tells", "noted"] as const;

function difference(before: Compared, now: Compared): string | undefined {
  for (const field of compared) {
    const found = firstDifference(field, { was: plain(before[field]), is: plain(now[field]) });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** As it is stored: what is undefined is not there. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function firstDifference(
  path: string,
  { was, is }: { readonly was: unknown; readonly is: unknown },
): string | undefined {
  if (isDeepStrictEqual(was, is)) return undefined;
  const [parts, others] = [partsOf(was), partsOf(is)];
  if (!parts || !others) return `${path} was ${text(was)}, is ${text(is)}`;
  for (const name of new Set([...parts.keys(), ...others.keys()])) {
    const inner = Array.isArray(was) ? `${path}[${name}]` : `${path}.${name}`;
    const found = firstDifference(inner, { was: parts.get(name), is: others.get(name) });
    if (found !== undefined) return found;
  }
  return undefined;
}

function partsOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined;
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}
