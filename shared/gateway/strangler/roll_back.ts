import type { Log, ServiceClient, time } from "@headwater/core";
import { answerWindow, type NotedAnswer, type Worse } from "./answer_window.ts";
import { apart } from "./apart.ts";
import type { KnownStates } from "./known_states.ts";
import type { RouteState } from "./side_of.ts";

/** Takes the new side's share back where its answers are worse than those of the legacy side. */
export type RollBack = {
  /** An answer of a route in this state. */
  note(route: string, state: RouteState, answer: Omit<NotedAnswer, "setting">): void;
};

type Untold = { readonly setting: number; readonly worse: Worse; triedAt: number };

/** Between two tries to tell the strangler. */
const everyMs = 1_000;

/**
 * Whoever sees it acts at once: this process sends nobody to the new side any more, and tells the strangler, again with
 * later answers until it knows. Should this process end before, another one will see it, or the next one here.
 */
export function rollBack({ states, client, clock, logger }: {
  readonly states: Pick<KnownStates, "takeBack">;
  readonly client: ServiceClient;
  readonly clock: time.Clock;
  readonly logger: Log;
}): RollBack {
  const windows = new Map<string, ReturnType<typeof answerWindow>>();
  const untold = new Map<string, Untold>();
  /** The last setting of each route that was taken back: what was under way then may still come. */
  const takenBack = new Map<string, number>();

  function windowOf(route: string): ReturnType<typeof answerWindow> {
    const known = windows.get(route);
    if (known) return known;
    const opened = answerWindow(clock);
    windows.set(route, opened);
    return opened;
  }

  async function tell(route: string, { setting, worse }: Untold): Promise<void> {
    try {
      const { new: found, legacy } = worse;
      const said = { by: "gateway", reason: reasonOf(worse) };
      const answer = await client.call(
        "strangler",
        new Request("http://strangler/commands/RollBackRoute", {
          method: "POST",
          headers: {
            "Content-Type": "application/json",
            "Idempotency-Key": crypto.randomUUID(),
          },
          body: JSON.stringify({ route, setting, new: found, legacy, ...said }),
        }),
      );
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`Cannot roll back: the answer is ${answer.status}`);
      untold.delete(route);
    } catch (error) {
      logger.warn(`Cannot tell the strangler that "${route}" is rolled back: trying again`, {
        error,
      });
    }
  }

  function tellAgain(route: string): void {
    const known = untold.get(route);
    if (!known || clock.now() - known.triedAt < everyMs) return;
    known.triedAt = clock.now();
    // Nobody's request waits for it
    apart(() => tell(route, known));
  }

  return {
    note(route, state, answer) {
      const worse = windowOf(route).note({ ...answer, setting: state.setting });
      const isRaised = state.mode === "canary" && state.percent > 0;
      if (worse && isRaised && takenBack.get(route) !== state.setting) {
        takenBack.set(route, state.setting);
        states.takeBack(route, state.setting);
        logger.error(`Rolled back "${route}" to 0 %: ${reasonOf(worse)}`, {
          route,
          from: state.percent,
          new: worse.new,
          legacy: worse.legacy,
        });
        untold.set(route, { setting: state.setting, worse, triedAt: -Infinity });
      }
      tellAgain(route);
    },
  };
}

function reasonOf({ why, new: found, legacy }: Worse): string {
  return why === "errors"
    ? `errors ${rate(found)} of ${found.answers} answers, legacy ${
      rate(legacy)
    } of ${legacy.answers}`
    : `p95 ${ms(found.p95)} of ${found.answers} answers, legacy ${ms(legacy.p95)}`;
}

function rate({ errors, answers }: Worse["new"]): string {
  return `${answers === 0 ? 0 : (errors / answers * 100).toFixed(1)} %`;
}

function ms(value: number | undefined): string {
  return `${value?.toFixed(1) ?? "?"} ms`;
}
