import {
  derivedId,
  type EventLog,
  eventLog,
  type Log,
  type machine,
  type Recorded,
} from "@headwater/core";
import { manualClock } from "@headwater/testing";
import type { InstanceRecord } from "../list_instances.ts";
import {
  fromTheStart,
  type Heard,
  type Hold,
  mostDue,
  type ProcessRecords,
} from "../process_records.ts";
import { sliceOf } from "../slice.ts";
import type { Standing } from "../standing.ts";
import type { ParkedInput, ProcessLetters } from "../process_letters.ts";
import { type MemoryActs, memoryActs } from "./memory_acts.ts";
import { type ProcessRuntime, startProcess } from "../start_process.ts";
import type { Process } from "../process.ts";
import { type ErrandEvent, errandEvents, errandProcess } from "./errand_process.ts";

/** What the messenger answers to a command; before that it may have done it. */
type Messenger = (command: { type: string; errandId: string; request: Request }) =>
  | Promise<Response>
  | Response;

/** A log, a service that runs errands as a test wants it to, and runtimes of the process on them. */
export class ProcessTestBed implements AsyncDisposable {
  readonly clock = manualClock();
  readonly log = eventLog.memoryLog({ now: () => new Date(this.clock.now()) });
  readonly requests: Request[] = [];
  readonly warnings: {
    readonly message: string;
    readonly fields?: Readonly<Record<string, unknown>>;
  }[] = [];
  /** By default it does what it is told. */
  messenger: Messenger = ({ type, errandId }) => this.does(type, errandId);
  /** What the messenger says of what became of a command; by default it knows nothing. */
  question: (request: Request) => Promise<Response> | Response = () => Response.json({});
  readonly #runtimes: ProcessRuntime[] = [];

  start(
    options: {
      readonly log?: EventLog;
      readonly records?: ProcessRecords;
      readonly process?: Process;
      readonly meter?: machine.Meter;
      readonly tracer?: machine.Tracer;
    } = {},
  ) {
    const runtime = startProcess({
      process: options.process ?? errandProcess,
      log: options.log ?? this.log,
      records: options.records ?? memoryRecords(),
      client: {
        call: async (_service, request) => {
          this.requests.push(request);
          if (request.method === "GET") return await this.question(request);
          const type = request.url.split("/").at(-1)!;
          const { errandId } = await request.clone().json();
          return await this.messenger({ type, errandId, request });
        },
      },
      logger: this.#logger(),
      clock: this.clock,
      now: () => this.clock.now(),
      random: () => 0.5,
      ...(options.meter && { meter: options.meter }),
      tracer: options.tracer,
    });
    this.#runtimes.push(runtime);
    return runtime;
  }

  /** The log with some of it replaced. */
  replacing(replaced: Partial<EventLog>): EventLog {
    const { log } = this;
    return {
      ...eventLog.ownedLog(log, { service: "test", categories: ["errand", "running", "waiting"] }),
      ...replaced,
    };
  }

  /** The command has its event, as often as it comes. */
  async does(type: string, errandId: string): Promise<Response> {
    await this.append(type === "RunErrand" ? "ErrandRun" : "ErrandReported", errandId);
    return new Response(null, { status: 202 });
  }

  async append(
    type: ErrandEvent["type"],
    errandId: string,
    { commandId = derivedId(type, errandId), traceparent }: {
      readonly commandId?: string;
      readonly traceparent?: string;
    } = {},
  ): Promise<void> {
    const { data, schemaVersion } = errandEvents.encode({ type, data: { errandId } });
    const stream = `errand-${errandId}`;
    const there = (await Array.fromAsync(this.log.read(stream))).flat();
    const id = derivedId(commandId, 0);
    if (there.some((event) => event.id === id)) return;
    const event: eventLog.NewEvent = {
      id,
      type,
      data,
      metadata: {
        $correlationId: `correlation of ${errandId}`,
        $causationId: commandId,
        commandId,
        commandHash: "hash",
        schemaVersion,
        ...(traceparent !== undefined && { traceparent }),
      },
    };
    const expected = there.at(-1)?.revision ?? "no-stream";
    await this.log.append(stream, [event], { expected });
  }

  /** The process's own events of an errand. */
  async events(errandId: string, process: string = errandProcess.name): Promise<Recorded[]> {
    const events: Recorded[] = [];
    for await (const page of this.log.read(`${process}-${errandId}`)) events.push(...page);
    return events;
  }

  /** What the process did of an errand: `["Started", "run", "report"]` when all is done. */
  async progress(errandId: string): Promise<string[]> {
    return (await this.events(errandId)).map(({ type, data }) =>
      (data as { step?: string }).step ?? type
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#runtimes.map((runtime) => runtime[Symbol.asyncDispose]()));
    await this.log[Symbol.asyncDispose]();
  }

  #logger(): Log {
    const keep = (message: string, fields?: Readonly<Record<string, unknown>>) =>
      void this.warnings.push({ message, fields });
    return { debug() {}, info() {}, warn: keep, error: keep };
  }
}

export type MemoryRecords = ProcessRecords & {
  readonly acts: MemoryActs;
  readonly instances: Map<string, Pick<InstanceRecord, "state" | "step" | "cause">>;
  /** Where instances stood as they were saved last. */
  readonly standing: ReadonlyMap<string, Standing>;
  /** All that was noted, by instance. */
  readonly holds: readonly (Hold & { readonly id: string })[];
  readonly heard: Heard | undefined;
  /** Why it stands still. */
  readonly stopped: string | undefined;
  /** What an earlier release left: no more than the position. */
  loseMark(): void;
  /** Loses all. */
  forget(): void;
  /** Has a process hear everything again. */
  rehear(): void;
};

function memoryLetters(): ProcessLetters {
  let letters: readonly ParkedInput[] = [];
  const without = (position: number) =>
    letters.filter(({ recorded }) => recorded.position !== position);
  return {
    load: () =>
      Promise.resolve(letters.toSorted((a, b) => a.recorded.position - b.recorded.position)),
    park(inputs) {
      for (const input of inputs) letters = [...without(input.recorded.position), input];
      return Promise.resolve();
    },
    take(position) {
      letters = without(position);
      return Promise.resolve();
    },
  };
}

/** Records that are lost with the test. */
export function memoryRecords(): MemoryRecords {
  const instances: MemoryRecords["instances"] = new Map();
  const standing = new Map<string, Standing>();
  const holds: (Hold & { readonly id: string })[] = [];
  let heard: Heard | undefined;
  let stopped: string | undefined;
  const acts = memoryActs();

  function dueBy(until: string, slices: readonly number[]): readonly string[] {
    const due = [...instances.keys()].map((id) => ({ id, at: standing.get(id)?.dueAt }))
      .filter(({ id, at }) =>
        at !== undefined && slices.includes(sliceOf(id)) && Date.parse(at) <= Date.parse(until)
      )
      .toSorted((one, other) => Date.parse(one.at!) - Date.parse(other.at!));
    return due.map(({ id }) => id);
  }
  return {
    instances,
    standing,
    holds,
    letters: memoryLetters(),
    acts,
    get heard() {
      return heard;
    },
    get stopped() {
      return stopped;
    },
    loseMark: () => void (heard = heard && { ...heard, mark: undefined }),
    forget() {
      heard = stopped = undefined;
      instances.clear();
      standing.clear();
    },
    rehear() {
      this.forget();
      heard = { position: fromTheStart, mark: undefined };
    },
    load: () => {
      const unfinished = [...instances.keys()]
        .filter((id) =>
          standing.get(id)?.outstanding !== 0 || standing.get(id)?.stuck?.by === "version"
        );
      return Promise.resolve({ heard, stopped, unfinished });
    },
    async news(until, slices) {
      return {
        areTimesDue: dueBy(until, slices).length > 0,
        areActsOpen: (await acts.open(slices)).length > 0,
      };
    },
    due: (until, slices) => Promise.resolve(dueBy(until, slices).slice(0, mostDue)),
    stuck() {
      const stuck = [...instances].filter(([, { state }]) => state === "stuck")
        .map(([id, { step, cause }]) => ({ id, step, cause }));
      return Promise.resolve({ count: stuck.length, first: stuck[0] });
    },
    sums() {
      const all = [...instances.values()];
      return Promise.resolve(
        Array.from(Map.groupBy(all, ({ state }) => state), ([state, { length }]) => ({
          ...{ state, count: length, oldestSeconds: 1 },
        })),
      );
    },
    save({ from, to, instances: noted }) {
      const isKnown = from
        ? heard && heard.position >= from.position
        : heard?.position !== fromTheStart;
      if (to && !isKnown) return Promise.resolve(false);
      for (const [id, each] of noted) {
        const { finished, revision = Infinity, stuck } = each;
        if ((standing.get(id)?.revision ?? -1) > revision) continue;
        standing.set(id, each);
        if (finished) instances.delete(id);
        else {
          const { step = null } = each.waits ?? {};
          const state = stuck ? "stuck" : "running";
          instances.set(id, { state, step, cause: stuck?.cause ?? null });
        }
      }
      if (to && to.position >= (heard?.position ?? 0)) heard = to;
      if (to) stopped = undefined;
      return Promise.resolve(true);
    },
    stop(cause) {
      stopped = cause;
      return Promise.resolve();
    },
    note(id, hold) {
      holds.push({ id, ...hold });
      const { state, step, cause } = hold;
      if (instances.has(id)) instances.set(id, { state, step, cause });
      return Promise.resolve();
    },
  };
}
