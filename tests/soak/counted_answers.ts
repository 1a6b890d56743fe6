import type { Service } from "@headwater/core";

/** What customers were answered in a while. */
export type Answers = {
  /** Milliseconds that each order took to be acknowledged, refusals and repeats not among them. */
  readonly placingMs: readonly number[];
  /** Answered "try again later", or not at all. */
  readonly refusedCommands: number;
  readonly refusedQueries: number;
};

/** A service that counts what it answers. */
export function countedAnswers(service: Service): {
  readonly service: Service;
  /** What was answered since this was asked last. */
  take(): Answers;
} {
  let placingMs: number[] = [];
  let refused = { commands: 0, queries: 0 };

  async function counted(request: Request): Promise<Response> {
    const kind = request.method === "POST" ? "commands" : "queries";
    const sentAt = performance.now();
    let response: Response;
    try {
      response = await service(request);
    } catch (error) {
      refused[kind]++;
      throw error;
    }
    if ([503, 504].includes(response.status)) refused[kind]++;
    else if (kind === "commands" && new URL(request.url).pathname === "/api/orders") {
      placingMs.push(performance.now() - sentAt);
    }
    return response;
  }
  return {
    service: counted,
    take() {
      const { commands: refusedCommands, queries: refusedQueries } = refused;
      const taken = { placingMs, refusedCommands, refusedQueries };
      placingMs = [];
      refused = { commands: 0, queries: 0 };
      return taken;
    },
  };
}
