import { silentLog, view } from "@headwater/core";
import { startProjections } from "@headwater/projections";
import type { Sql } from "postgres";
import { accountDefinition, accountView } from "./account_view.ts";
import { append, caughtUp, projectionTests, until } from "./test_bed.ts";

/** As many in a row as do not come by chance. */
const enough = 4;

/** The same connections, that tell of each statement before it is asked. */
function told(sql: Sql, onAsk: (statement: string) => void): Sql {
  function ask(...args: Parameters<typeof sql>) {
    const query = sql(...args) as ReturnType<typeof sql> & {
      readonly strings: readonly string[];
      handler(query: unknown): unknown;
    };
    const { handler, strings } = query;
    query.handler = (asked) => {
      onAsk(strings.join("?"));
      return handler(asked);
    };
    return query;
  }
  return Object.assign(ask, sql) as unknown as Sql;
}

projectionTests("read models to which nothing happens", async (step) => {
  await step("ask for one statement a second, however many they are", async ({ log, sql }) => {
    const { key, evolve } = accountView;
    const views = ["one", "two", "three"].map((name) =>
      view({ ...accountDefinition, name, table: `account_${name}`, key, evolve })
    );
    let inARow = 0;
    let most = 0;
    await using projections = await startProjections({
      ...{ service: "bank", views, log, logger: silentLog },
      sql: told(sql, (statement) => {
        inARow = statement.includes("insert into projection_process") ? inARow + 1 : 0;
        most = Math.max(most, inARow);
      }),
    });
    await append(log, "account-1", { type: "Deposited", data: { amount: 5 } });
    for (const view of views) await caughtUp(projections, { view, log });
    await until(() => most >= enough || `no more than ${most} in a row`);
  });
});
