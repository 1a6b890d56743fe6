/** What operators see of a strangled route. */
export type RouteRow = {
  readonly route: string;
  readonly mode: "legacy" | "canary" | "new";
  readonly percent: number;
  readonly pinnedLegacy: number;
  readonly pinnedNew: number;
  readonly rollBacks: number;
  readonly reason: string | null;
};

/** What comparing both sides has shown. */
export type ShadowReport = {
  readonly samples: number;
  readonly mismatchRate: number;
  readonly fields: readonly { readonly field: string; readonly raw: number }[];
  readonly examples: readonly {
    readonly request: string;
    readonly differences: readonly {
      readonly field: string;
      readonly legacy: string;
      readonly new: string;
    }[];
  }[];
  readonly isSafeToRaise: boolean;
  readonly verdict: string;
};

/** Nothing that they do does more when it is done again: who is told that it was too late or too much tries once more. */
const again = [503, 504];
const mostTries = 3;

/** What people do with `deno task routes`, over HTTP. */
export function operatorsOf(url: string) {
  async function ask<Value>(path: string, body?: object, tries = 1): Promise<Value> {
    const answer = await fetch(`${url}/ops/routes${path}`, {
      method: body ? "POST" : "GET",
      headers: { ...(body && { "Content-Type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const value = await answer.json();
    if (answer.ok) return value;
    if (again.includes(answer.status) && tries < mostTries) return await ask(path, body, tries + 1);
    throw new Error(`Cannot do "routes${path}": ${answer.status} ${JSON.stringify(value)}`);
  }
  return {
    async route(name: string): Promise<RouteRow | undefined> {
      return (await ask<RouteRow[]>("")).find(({ route }) => route === name);
    },
    set: (route: string, { share, reason }: { readonly share: string; readonly reason: string }) =>
      ask<RouteRow>("/set", { route, share, reason }),
    shadow: (
      route: string,
      { percent, reason }: { readonly percent: number; readonly reason: string },
    ) => ask<RouteRow>("/shadow", { route, percent, reason }),
    report: (route: string) => ask<ShadowReport>(`/report?route=${route}`),
    move: (
      route: string,
      given: { readonly entity: string; readonly side: "new"; readonly reason: string },
    ) => ask<unknown>("/move", { route, ...given }),
  };
}

export type Operators = ReturnType<typeof operatorsOf>;
