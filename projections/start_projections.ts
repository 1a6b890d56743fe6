import {
  type EventLog,
  type HealthCheck,
  type Log,
  machine,
  type ReadModels,
  time,
  type View,
} from "@headwater/core";
import type { Sql } from "postgres";
import type { BulkSettings } from "./bulk_settings.ts";
import { type FillTurns, fillTurns } from "./fill_turns.ts";
import { listenForChanges } from "./listen_for_changes.ts";
import type { ReadModelChange } from "./read_model_change.ts";
import type { ProjectionStatus } from "./projection_status.ts";
import { watchProgress } from "./progress_watch.ts";
import { appliedEvents, observeProjections } from "./projection_metrics.ts";
import { definitionOf, keepCallingRoll, type RollCall } from "./roll_call.ts";
import { mayTakeMore, toRelease } from "./shares.ts";
import { dropGenerations } from "./switch_generation.ts";
import { ViewProjection } from "./view_projection.ts";
import { workBeside } from "./work_beside.ts";

/** A service's views, and what its workers get from outside. */
export type ProjectionsOptions = {
  readonly service: string;
  readonly views: readonly View[];
  readonly log: EventLog;
  /** The service's own database. */
  readonly sql: Sql;
  /** False: what others do is found out within a second; for a pooler, which has no channels. */
  readonly listens?: boolean;
  readonly logger: Log;
  /** By what other processes and operators know this one; default: a random one. Only one process at a time should have it. */
  readonly owner?: string;
  /** How those are filled that have much to read. */
  readonly bulk?: BulkSettings;
  /** Shared by all read models of a process, which are filled one after the other; default: by these alone. */
  readonly fills?: FillTurns;
  /** Keys whose events cannot be applied are parked; a view with more of them stops. Default: 1,000. */
  readonly mostParkedKeys?: number | undefined;
  /** Takes their numbers; default: nobody does. */
  readonly meter?: machine.Meter;
  /** What is written is a span, linked to those of the events; default: nobody listens. */
  readonly tracer?: machine.Tracer | undefined;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
};

/** The running read models of one service. Disposing stops them where they are. */
export interface Projections extends ReadModels, AsyncDisposable {
  /** One per view: rejects while its read model does not follow the log, and warns of parked keys. */
  readonly checks: readonly HealthCheck[];
  /** A connection to the database broke, whoever used it: positions are read again before anybody is promised one. */
  noticeDisconnection(): void;
  /** One per generation, as this process knows them. */
  status(): readonly ProjectionStatus[];
}

/** For so long a generation that was replaced can be gone back to. */
const retiredForMs = 24 * 3_600_000;
/** So long a start waits for read models that are soon there. */
const startMs = 500;

/**
 * Keeps the read models of a service up to date, each with a worker of its own: makes the tables, follows the log, and
 * goes on by itself when PostgreSQL or the log was away. Several processes may run the same views: each generation of one
 * is with one of them, which another takes over from within seconds; every event has its effect once.
 *
 * Resolves when every worker has made its first step, or found out that it cannot, or after half a second: a long
 * rebuild is not waited for.
 *
 * Errors: `DefinitionRefused` for a view whose definition has changed and whose version has not.
 */
export async function startProjections(
  {
    service,
    views,
    log,
    sql,
    listens = true,
    logger,
    owner = `process-${crypto.randomUUID().slice(0, 8)}`,
    bulk,
    fills = fillTurns(),
    mostParkedKeys,
    meter = machine.silentMeter,
    tracer = machine.silentTracer,
    random = Math.random,
    now = Date.now,
  }: ProjectionsOptions,
): Promise<Projections> {
  let heard: RollCall | undefined;
  const followers = new Map<string, Set<(change: ReadModelChange) => void>>();
  const progress = watchProgress(log, { logger, now });
  const projections = new Map(
    views.map((view) => [
      view.name,
      new ViewProjection({
        service,
        view,
        owner,
        stalled: progress.stalled,
        areOthersThere: () => heard !== undefined && heard.processes.length > 0,
        onChange(change) {
          for (const told of followers.get(view.name) ?? []) told(change);
        },
        isHungry: () => mayTakeMore(heard, { owner, definition: definitionOf(view) }),
        log,
        sql,
        logger: machine.withFields(logger, { service, projection: view.name }),
        fills,
        bulk,
        mostParkedKeys,
        tracer,
        applied: appliedEvents(meter, { service, projection: view.name }),
        random,
        now,
      }),
    ]),
  );
  const all = [...projections.values()];
  const sweeping = workBeside(logger, { failed: "A retired generation could not be dropped" });

  function hear(call: RollCall | undefined, askedAt: number): void {
    heard = call;
    if (!call) {
      for (const projection of all) projection.notice({ generations: [], isNameMissing: true });
      return;
    }
    for (const projection of all) {
      const { view } = projection;
      const generations = call.generations.filter(({ name }) => name === view.name)
        .map(({ generation }) => generation);
      projection.notice({ generations, isNameMissing: call.missing.includes(view.table) });
      projection.kept(call.kept.filter(({ name }) => name === view.name), askedAt);
    }
    const excess = toRelease(call, { owner });
    if (excess) projections.get(excess.name)?.release(excess.generation);
    for (const name of call.overdue) {
      const view = projections.get(name)?.view;
      if (view) sweeping.begin(() => dropGenerations(sql, { view, which: { retiredForMs } }));
    }
  }

  const roll = keepCallingRoll(sql, {
    ...{ id: owner, views, retiredForMs, logger },
    leases: () => all.flatMap((projection) => projection.leases()),
    onCall: hear,
  });
  const listening = listens
    ? listenForChanges({
      sql,
      logger,
      random,
      onChange(name) {
        projections.get(name)?.hurry();
      },
      onGenerations(name) {
        roll.callSoon();
        projections.get(name)?.hurry();
      },
    })
    : undefined;
  const measured = observeProjections(meter, { service, views: all });
  const given = new AbortController();
  const stop = async () => {
    given.abort();
    measured[Symbol.dispose]();
    await Promise.all([
      listening?.[Symbol.asyncDispose](),
      roll[Symbol.asyncDispose](),
      progress[Symbol.asyncDispose](),
      ...all.map((projection) => projection[Symbol.asyncDispose]()),
      sweeping.ended(),
    ]);
  };
  try {
    await Promise.race([
      Promise.all([listening?.tried, ...all.map((projection) => projection.started)]),
      time.pause(startMs, { signal: given.signal }),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  given.abort();

  return {
    checks: all.map((projection) => ({
      name: `projection:${projection.view.name}`,
      check: () => projection.health(),
    })),
    noticeDisconnection() {
      for (const projection of all) projection.noticeDisconnection();
    },
    status: () => all.flatMap((projection) => projection.reports()),
    wait(view, options) {
      const projection = projections.get(view.name);
      if (!projection) {
        throw new Error(
          `Cannot wait for view "${view.name}": service "${service}" does not run it`,
        );
      }
      return projection.wait(options);
    },
    follow(view, told) {
      const all = followers.get(view.name) ?? new Set();
      followers.set(view.name, all);
      // The same function may follow twice
      const own = (change: ReadModelChange) => told(change);
      all.add(own);
      return () => all.delete(own);
    },
    isParked: (view, key) => Promise.resolve(projections.get(view.name)?.isParked(key) ?? false),
    [Symbol.asyncDispose]: stop,
  };
}
