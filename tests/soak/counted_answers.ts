import type { Service } from "@headwater/core";

/** What customers were answered in a while. */
export type Answers = {
  /** Milliseconds that each order took to be acknowledged, refusals and repeats not among them. */
  readonly placingMs: readonly number[];
  /** Answers that ask for patience, by the codes of their problem documents; `broken` where there was none. */
  readonly refused: {
    readonly commands: ReadonlyMap<string, number>;
    readonly queries: ReadonlyMap<string, number>;
  };
};

/** A service that counts what it answers. */
export function countedAnswers(service: Service): {
  readonly service: Service;
  /** What was answered since this was asked last. */
  take(): Answers;
} {
  let answers = nothing();

  async function counted(request: Request): Promise<Response> {
    const { method, url } = request;
    const kind = method === "POST" ? "commands" : "queries";
    function refuse(code: string): void {
      const codes = answers.refused[kind];
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    const sentAt = performance.now();
    try {
      const response = await service(request);
      if ([503, 504].includes(response.status)) refuse((await response.clone().json()).code);
      else if (method === "POST" && new URL(url).pathname === "/api/orders") {
        answers.placingMs.push(performance.now() - sentAt);
      }
      return response;
    } catch (error) {
      refuse("broken");
      throw error;
    }
  }
  return {
    service: counted,
    take() {
      const taken = answers;
      answers = nothing();
      return taken;
    },
  };
}

function nothing() {
  const codes = () => new Map<string, number>();
  return { placingMs: [] as number[], refused: { commands: codes(), queries: codes() } };
}
