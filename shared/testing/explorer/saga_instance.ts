import type { DomainEvent } from "@headwater/core";
import type { Notice } from "@headwater/sagas";
import { type Emitted, meantBy, partOf, type Stage } from "./saga_cast.ts";
import { judge } from "./saga_judge.ts";
import { isoOf, unjudged, type World } from "./saga_world.ts";

const begin = Date.parse("2026-01-01T00:00:00.000Z");

/** What starts it was told, and is not heard yet. */
export function beginning({ saga, begin: event }: Stage): World {
  const started = saga.definition.roles.get(event.type)?.find(({ type }) => type === "start");
  if (!started) throw new Error(`Cannot begin "${saga.name}" with "${event.type}"`);
  const stream = started.ref.schemas.category;
  return {
    ...{ noted: [], state: saga.initialState, now: begin, units: {}, taken: [], untraced: [] },
    ...{ lagging: [], answers: [], happened: [], crashes: 0, acts: 0, judged: unjudged },
    streams: { [stream]: { told: [{ stream, event }], heard: 0 } },
  };
}

/** Somebody tells it, and it stands in the log: it will be heard. */
export function told(stage: Stage, world: World, emitted: Emitted): World {
  const { stream } = emitted;
  const { told: before = [], heard = 0 } = world.streams[stream] ?? {};
  const units = { ...world.units };
  for (const { name, outcome } of meantBy(stage, emitted)) {
    const part = partOf(stage.saga, name);
    if (!part) continue;
    const { unit, isUndo } = part;
    if (outcome === "done") units[unit] = isUndo ? "undone" : "done";
    else if (!isUndo && (units[unit] ?? "none") === "none") units[unit] = "off";
  }
  return {
    ...world,
    units,
    streams: { ...world.streams, [stream]: { told: [...before, emitted], heard } },
  };
}

/** The instance hears an event of the log. */
export function heard(stage: Stage, world: World, emitted: Emitted): World {
  const now = world.now + 1_000;
  const next = noting(
    stage,
    { ...world, now },
    () => stage.saga.react(emitted.event, world.state, { at: isoOf(now) }),
  );
  const isTraced = next.noted.length > world.noted.length;
  const others = world.untraced.filter((other) => other !== emitted);
  return { ...next, untraced: isTraced ? others : [...others, emitted] };
}

/** The instance is told what is no event. Errors: those of acts that its state does not allow. */
export function noticed(stage: Stage, world: World, notice: Notice): World {
  return noting(stage, world, () => stage.saga.notice?.(notice, world.state) ?? []);
}

/** What is in memory is lost; what is stored is read again. */
export function crashed({ saga }: Stage, world: World): World {
  const stored: DomainEvent[] = JSON.parse(JSON.stringify(world.noted));
  const state = stored.reduce((state, event) => saga.evolve(state, event), saga.initialState);
  const isSame = JSON.stringify(state) === JSON.stringify(world.state);
  return {
    ...{ ...world, noted: stored, state, answers: [], crashes: world.crashes + 1 },
    ...(!isSame && { broken: "what it is by what is stored is not what it was before the crash" }),
  };
}

function noting(stage: Stage, before: World, act: () => readonly DomainEvent[]): World {
  const events = act();
  if (events.length === 0) return before;
  const state = events.reduce((state, event) => stage.saga.evolve(state, event), before.state);
  const after = { ...before, noted: [...before.noted, ...events], state };
  return judge(stage, { before, after, events });
}
