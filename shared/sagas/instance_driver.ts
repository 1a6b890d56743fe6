import {
  DeadlineExceeded,
  field,
  type Log,
  type ServiceClient,
  time,
  Unavailable,
} from "@headwater/core";
import type { Process } from "./process.ts";
import type { ProcessInbox } from "./process_inbox.ts";
import type { ProcessRecords } from "./process_records.ts";
import { storable, targetOf } from "./standing.ts";
import { type Step, stepCommandId } from "./step.ts";
import type { TargetPlaces } from "./target_places.ts";

export type DriverDependencies = {
  readonly process: Process;
  /** The instance after all that was heard. */
  recall(): ReturnType<ProcessInbox["recall"]>;
  readonly client: ServiceClient;
  readonly records: Pick<ProcessRecords, "note">;
  readonly places: TargetPlaces;
  /** The position up to which the process has heard its inputs. */
  heard(): number;
  /** It cannot take an input, and does not know what is to be done before it has. */
  isWaiting(): boolean;
  readonly logger: Log;
  readonly signal: AbortSignal;
  readonly clock: time.Clock;
  random(): number;
};

/** After this, a step that was not shown to be done is sent again; doubles up to the longest. */
const firstPatienceMs = 500;
/** Where a target was away; how many ask it then is limited by its places. */
const longestAwayMs = 5_000;
const longestPatienceMs = 30_000;

/** Characters of what another service said, or whoever is behind it. */
const longestCause = 1_000;

const takenInVain = "it was taken, and no event has shown yet that it was done";

/** What a step's command met with. */
type Sent =
  | {
    readonly outcome: "taken";
    readonly isTroubled: false;
    /** Of the command's events: what shows that it was done has been heard when the process is there. */
    readonly position: number | undefined;
  }
  | {
    readonly outcome: "again" | "refused";
    /** The target is away or has too much to do. */
    readonly isTroubled: boolean;
    readonly cause: string;
  }
  /** An input came before it was its turn. */
  | { readonly outcome: "unsent"; readonly isTroubled: false };

/**
 * Works off the to-do list of one instance until it is empty. A step stays on the list until an input shows that it
 * was done, so the driver sends when the target has a place for it, waits to be woken by an input, and looks at the list
 * again. Sending twice is harmless: the command's id is derived from instance and step.
 */
export class InstanceDriver {
  readonly #id: string;
  readonly #dependencies: DriverDependencies;
  /** Aborts when it is woken. */
  #asleep = new AbortController();
  /** Inputs heard so far: tells a list looked at before the last of them from one looked at after. */
  #inputs = 0;
  #ended = false;
  /** How often what is outstanding was sent, in all and since that was noted. */
  #sends = new Map<string, { readonly all: number; readonly unnoted: number }>();

  constructor(id: string, dependencies: DriverDependencies) {
    this.#id = id;
    this.#dependencies = dependencies;
  }

  /** Something was heard, or all is over: look at the list again, at once. False when the driver has ended already. */
  wake(): boolean {
    this.#inputs += 1;
    this.#asleep.abort();
    this.#asleep = new AbortController();
    return !this.#ended;
  }

  /** Resolves when nothing is outstanding, or the signal aborts. */
  async run(): Promise<void> {
    const { recall, process, signal, isWaiting } = this.#dependencies;
    let patienceMs = firstPatienceMs;
    let inputs = this.#inputs;
    while (!signal.aborted) {
      if (inputs !== this.#inputs) patienceMs = firstPatienceMs;
      inputs = this.#inputs;
      const { state, last } = await recall();
      if (inputs !== this.#inputs) continue;
      const steps = isWaiting() ? [] : process.outstanding(state);
      if (steps.length === 0) {
        this.#ended = true;
        return;
      }
      const names = steps.map(({ name }) => name);
      this.#sends = new Map(this.#sends.entries().filter(([name]) => names.includes(name)));
      const results = await Promise.all(
        steps.map((step) =>
          this.#send(step, {
            outstanding: names,
            correlationId: last?.metadata.$correlationId ?? this.#id,
            causationId: last?.id,
          })
        ),
      );
      if (inputs !== this.#inputs) continue;
      await this.#wait(results, patienceMs * (0.5 + this.#dependencies.random()));
      patienceMs = Math.min(2 * patienceMs, longestPatienceMs);
    }
  }

  /** Until an input comes, or the patience is over and everything was heard that the commands have led to. */
  async #wait(results: readonly Sent[], patienceMs: number): Promise<void> {
    const { clock, heard } = this.#dependencies;
    const isStuck = results.some(({ outcome }) => outcome === "refused");
    const isAway = results.some(({ isTroubled }) => isTroubled);
    const ms = isStuck
      ? longestPatienceMs
      : Math.min(patienceMs, isAway ? longestAwayMs : Infinity);
    const positions = results.map((sent) => sent.outcome === "taken" && sent.position || 0);
    const done = Math.max(...positions);
    const { signal } = this.#asleep;
    do await time.pause(ms, { clock, signal }); while (!signal.aborted && heard() < done);
  }

  async #send(
    step: Step,
    { outstanding, ...trace }: {
      readonly correlationId: string;
      readonly causationId: string | undefined;
      readonly outstanding: readonly string[];
    },
  ): Promise<Sent> {
    const asleep = this.#asleep.signal;
    const { places, signal } = this.#dependencies;
    const sent = await places.execute(
      step.service,
      () => sendStep(step, { ...trace, id: this.#id, ...this.#dependencies }),
      asleep,
    ).catch((error): Sent => {
      if (!asleep.aborted) throw error;
      return { outcome: "unsent", isTroubled: false };
    });
    if (sent.outcome === "unsent") return sent;
    const { all, unnoted } = this.#sends.get(step.name) ?? { all: 0, unnoted: 0 };
    this.#sends.set(step.name, { all: all + 1, unnoted: unnoted + 1 });
    // Taken for the first time: what shows that it was done is under way
    const isNews = sent.outcome !== "taken" || all > 0 && !asleep.aborted;
    if (isNews && !signal.aborted) await this.#note(step, { sent, outstanding });
    return sent;
  }

  /** Tells operators what holds the instance up. */
  async #note(
    step: Step,
    { sent, outstanding }: {
      readonly sent: Exclude<Sent, { readonly outcome: "unsent" }>;
      readonly outstanding: readonly string[];
    },
  ): Promise<void> {
    const { logger, process, records } = this.#dependencies;
    const state = sent.outcome === "refused" ? "stuck" : "running";
    const cause = sent.outcome === "taken" ? takenInVain : sent.cause;
    const fields = { processManager: process.name, id: this.#id, step: step.name, cause };
    if (state === "stuck") logger.error("process stuck", fields);
    else if (sent.outcome === "again") logger.warn("step not taken, will be sent again", fields);
    const { all, unnoted } = this.#sends.get(step.name) ?? { all: 1, unnoted: 1 };
    try {
      await records.note(this.#id, {
        ...targetOf(step),
        ...{ state, step: storable(step.name), outstanding, sent: unnoted },
        cause: field.outsideText(longestCause).parse(cause),
      });
      this.#sends.set(step.name, { all, unnoted: 0 });
    } catch (error) {
      logger.warn("cannot note what holds a process up", { ...fields, error });
    }
  }
}

async function sendStep(
  { name, service, command, round }: Step,
  { process, client, id, correlationId, causationId, signal }: DriverDependencies & {
    readonly id: string;
    readonly correlationId: string;
    readonly causationId: string | undefined;
  },
): Promise<Sent> {
  const request = new Request(`http://${service}/commands/${command.type}`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "Idempotency-Key": stepCommandId({ process: process.name, id, step: name, round }),
      "X-Correlation-Id": correlationId,
      ...(causationId !== undefined && { "X-Causation-Id": causationId }),
    },
    body: JSON.stringify(command.data),
    signal,
  });
  try {
    const response = await client.call(service, request);
    const { status, headers } = response;
    if (response.ok) {
      await response.body?.cancel();
      const position = headers.get("X-Position");
      return {
        outcome: "taken",
        isTroubled: false,
        position: position === null ? undefined : Number(position),
      };
    }
    const { code, detail } = await readProblem(response);
    const isTroubled = [408, 425, 429, 502, 503, 504].includes(status);
    // A 4xx will be the same next time, but for those that speak of the moment.
    const isPassing = isTroubled || status >= 500 || code === "revision-conflict";
    return { outcome: isPassing ? "again" : "refused", isTroubled, cause: `${code}: ${detail}` };
  } catch (error) {
    const isTroubled = error instanceof Unavailable || error instanceof DeadlineExceeded;
    const cause = error instanceof Error ? error.message : String(error);
    return { outcome: "again", isTroubled, cause };
  }
}

async function readProblem(response: Response): Promise<{ code: string; detail: string }> {
  const text = await response.text();
  try {
    const { code, detail } = JSON.parse(text);
    return { code: String(code), detail: String(detail) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { code: `http-${response.status}`, detail: text.slice(0, 200) };
  }
}
