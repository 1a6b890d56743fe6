import { derivedId, field, type Log, type ServiceClient, type time } from "@headwater/core";
import type { Process, Step } from "./process.ts";
import type { ProcessInbox } from "./process_inbox.ts";
import type { ProcessRecords } from "./process_records.ts";

export type DriverDependencies = {
  readonly process: Process;
  readonly inbox: ProcessInbox;
  readonly client: ServiceClient;
  readonly records: ProcessRecords;
  readonly logger: Log;
  readonly signal: AbortSignal;
  readonly clock: time.Clock;
  random(): number;
};

/** After this, a step whose command was taken but whose event has not come is sent again; doubles up to the longest. */
const firstPatienceMs = 500;
const longestPatienceMs = 30_000;

/** Characters of what another service said, or whoever is behind it. */
const longestCause = 1_000;

/** What a step's command met with. */
type Sent =
  | { readonly outcome: "taken" }
  | { readonly outcome: "again" | "refused"; readonly cause: string };

/**
 * Works off the to-do list of one instance until it is empty. A step stays on the list until an input shows that it
 * was done, so the driver sends, waits to be woken by an input, and looks at the list again. Sending twice is harmless:
 * the command's id is derived from instance and step.
 */
export class InstanceDriver {
  readonly #id: string;
  readonly #dependencies: DriverDependencies;
  #woken = Promise.withResolvers<void>();
  /** Inputs heard so far: tells a list looked at before the last of them from one looked at after. */
  #inputs = 0;
  #ended = false;

  constructor(id: string, dependencies: DriverDependencies) {
    this.#id = id;
    this.#dependencies = dependencies;
  }

  /** Something was heard: look at the list again, at once. False when the driver has ended already. */
  wake(): boolean {
    this.#inputs += 1;
    this.#woken.resolve();
    this.#woken = Promise.withResolvers();
    return !this.#ended;
  }

  /** Resolves when nothing is outstanding, or the signal aborts. */
  async run(): Promise<void> {
    const { inbox, process, signal } = this.#dependencies;
    let patienceMs = firstPatienceMs;
    let inputs = this.#inputs;
    while (!signal.aborted) {
      if (inputs !== this.#inputs) patienceMs = firstPatienceMs;
      inputs = this.#inputs;
      const { state, last } = await inbox.recall(this.#id);
      const steps = process.outstanding(state);
      if (steps.length === 0 && inputs === this.#inputs) {
        this.#ended = true;
        return;
      }
      const results = await Promise.all(
        steps.map((step) =>
          this.#send(step, {
            correlationId: last?.metadata.$correlationId ?? this.#id,
            causationId: last?.id,
          })
        ),
      );
      if (inputs !== this.#inputs) continue;
      const stuck = results.some(({ outcome }) => outcome === "refused");
      await this.#wait(
        stuck ? longestPatienceMs : patienceMs * (0.5 + this.#dependencies.random()),
      );
      patienceMs = Math.min(2 * patienceMs, longestPatienceMs);
    }
  }

  async #send(
    step: Step,
    trace: { readonly correlationId: string; readonly causationId: string | undefined },
  ): Promise<Sent> {
    const sent = await sendStep(step, { ...trace, id: this.#id, ...this.#dependencies });
    if (sent.outcome === "taken" || this.#dependencies.signal.aborted) return sent;
    const { logger, process, records } = this.#dependencies;
    const state = sent.outcome === "refused" ? "stuck" : "running";
    const fields = {
      processManager: process.name,
      id: this.#id,
      step: step.name,
      cause: sent.cause,
    };
    if (state === "stuck") logger.error("process stuck", fields);
    else logger.warn("step not taken, will be sent again", fields);
    try {
      await records.note(this.#id, {
        state,
        step: step.name,
        cause: field.outsideText(longestCause).parse(sent.cause),
      });
    } catch (error) {
      logger.warn("cannot note what holds a process up", { ...fields, error });
    }
    return sent;
  }

  async #wait(ms: number): Promise<void> {
    const { signal, clock } = this.#dependencies;
    if (signal.aborted) return;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const cancel = clock.after(ms, end);
    const abort = () => end();
    signal.addEventListener("abort", abort);
    await Promise.race([ended, this.#woken.promise]);
    cancel();
    signal.removeEventListener("abort", abort);
  }
}

async function sendStep(
  { name, service, command }: Step,
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
      "Idempotency-Key": derivedId(process.name, id, name),
      "X-Correlation-Id": correlationId,
      ...(causationId !== undefined && { "X-Causation-Id": causationId }),
    },
    body: JSON.stringify(command.data),
    signal,
  });
  try {
    const response = await client.call(service, request);
    if (response.ok) {
      await response.body?.cancel();
      return { outcome: "taken" };
    }
    const { code, detail } = await readProblem(response);
    // A 4xx will be the same next time, but for those that speak of the moment.
    const passing = response.status >= 500 || [408, 425, 429].includes(response.status) ||
      code === "revision-conflict";
    return { outcome: passing ? "again" : "refused", cause: `${code}: ${detail}` };
  } catch (error) {
    return { outcome: "again", cause: error instanceof Error ? error.message : String(error) };
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
