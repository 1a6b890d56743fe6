import { message, type PostgresDouble, servePostgres } from "./serve_postgres.ts";

/** A server that shuts down under a query, is starting for a while, and then serves: as PostgreSQL speaks meanwhile. */
export type ReturningServer = PostgresDouble & {
  /** When each connection came, as `performance.now()` counts. */
  readonly attempts: readonly number[];
};

const proven = message("R", [0, 0, 0, 0]);
const welcome = [...proven, ...message("Z", "I")];
const answer = [...message("C", "SELECT 0\0"), ...message("Z", "I")];
const farewell = fatal("57P01", "terminating connection due to administrator command");
const starting = fatal("57P03", "the database system is starting up");
const unknown = [...proven, ...fatal("3D000", 'database "anything" does not exist')];

/**
 * The connection after the first one is refused, and so are as many as it takes to have refused that number: by a server
 * that is `starting`, or one that knows who asks and has his database no more.
 */
export function startReturningServer(
  { refusals, as = "starting" }: {
    readonly refusals: number;
    readonly as?: "starting" | "unknown";
  },
): ReturningServer {
  const refusal = as === "starting" ? starting : unknown;
  const attempts: number[] = [];
  const server = servePostgres(async (open) => {
    const attempt = attempts.push(performance.now());
    const anything = new Uint8Array(1_024);
    async function say(bytes: readonly number[]): Promise<boolean> {
      if (await open.read(anything) === null) return false;
      await open.write(Uint8Array.from(bytes));
      return true;
    }
    if (attempt > 1 && attempt <= 1 + refusals) return void await say(refusal);
    await say(welcome);
    if (attempt === 1) return void await say(farewell);
    while (await say(answer));
  });
  return { ...server, attempts };
}

function fatal(code: string, text: string): readonly number[] {
  return message("E", `SFATAL\0VFATAL\0C${code}\0M${text}\0\0`);
}
