import { acts, silentLog } from "@headwater/core";
import { openEventStoreDb } from "@headwater/eventstoredb";
import { connect } from "@headwater/postgres";
import { projectionsActs, startProjections } from "@headwater/projections";
import { chainView } from "./chain_view.ts";

/**
 * A process of its own for tests, until it is killed: `follow NAME EVENT_STORE DATABASE` keeps a read model,
 * `operate NAME EVENT_STORE DATABASE ACT …` is an operator.
 */
async function runUntilKilled(
  [work, owner = "", connectionString = "", url = "", ...words]: readonly string[],
): Promise<number> {
  const sql = connect({ url, name: owner, max: 4, logger: silentLog });
  const views = [chainView];
  if (work === "operate") {
    const databases = [{ service: "bank", sql, views }];
    const context = { databases };
    return await acts.operatorsCommand(projectionsActs, words, {
      context,
      print: say,
      isTerminal: false,
    });
  }
  const log = await openEventStoreDb({ connectionString });
  await startProjections({ service: "bank", views, log, sql, logger: silentLog, owner });
  say("ready\n");
  return await new Promise(() => {});
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

if (import.meta.main) Deno.exit(await runUntilKilled(Deno.args));
