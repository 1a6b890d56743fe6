import type { Config } from "./config.ts";
import { type AskedAct, askRunning } from "./ask_running.ts";
import { describeRunning } from "./data_directory.ts";
import type { Operated } from "./operate.ts";
import { callsStates } from "./operated_calls.ts";

/** The calls of the application that runs, for a command line: nothing is opened for that. */
export async function operateCalls(config: Config): Promise<Operated> {
  const running = await describeRunning(config.dataDirectory);
  const url = running?.urls.gateway;
  const nothing = { databases: [], [Symbol.asyncDispose]: () => Promise.resolve() };
  if (url === undefined) return nothing;
  const { serviceSecret: secret } = config;
  return {
    ...nothing,
    calls: {
      list: async () => callsStates(await askRunning(url, { path: "calls", secret })),
      // Who is asked knows them
      targets: () => [],
    },
    ask: (asked: AskedAct) => askRunning(url, { ...asked, secret }),
  };
}
