import { parseArgs } from "node:util";

const fewest = 40;
const most = 2_000;

/** What `--help` prints. */
export const demoHelp =
  `Places orders of every outcome in a shop that is thrown away afterwards, and checks what must hold

    --json       one JSON object instead of a report
    --orders N   how many orders, ${fewest} to ${most} (default ${fewest})
    --split      one process for each service, over an event store and HTTP
    --kill-each  with --split: kill -9 each of them once while orders are placed
    --seed N     with --kill-each: who is killed when, as in the run that said so
    --help       this text

Its log is a file that goes as well. With EVENTSTORE_URL it is kept on that server, apart from all else there: in
streams whose names begin with "demo…_", which stay. --split brings a server of its own. With DATABASE_URL its read
models are on that server, in databases "demo…_SERVICE" that are made, and removed at the end.
`;

export type DemoOptions = {
  readonly json: boolean;
  readonly help: boolean;
  readonly orders: number;
  readonly split: boolean;
  /** Of `--kill-each`; undefined: nobody is killed. */
  readonly seed: number | undefined;
};

/** A sentence for people where the arguments do not fit. */
export function readDemoOptions(args: readonly string[]): DemoOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
        orders: { type: "string", default: String(fewest) },
        split: { type: "boolean", default: false },
        "kill-each": { type: "boolean", default: false },
        seed: { type: "string" },
      },
    });
    const { json, help, split, "kill-each": kills, seed = String(Date.now() % 1_000_000) } = values;
    if (kills && !split) return `Cannot kill each process: there is one only, without --split`;
    if (!/^\d{1,9}$/.test(seed)) return `Cannot use seed "${seed}": --seed takes a whole number`;
    const orders = /^\d{1,4}$/.test(values.orders) ? Number(values.orders) : NaN;
    if (orders >= fewest && orders <= most) {
      return { json, help, orders, split, seed: kills ? Number(seed) : undefined };
    }
    return `Cannot place "${values.orders}" orders: --orders takes a number from ${fewest} to ${most}`;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return `${error.message}\n\n${demoHelp}`;
  }
}
