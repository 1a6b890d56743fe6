import { silentLog } from "@headwater/core";
import { connect, migrate, startThrowAwayPostgres } from "@headwater/postgres";
import { processMigrations, sagasActs } from "@headwater/sagas";
import type { Process } from "@headwater/sagas";
import assert from "node:assert/strict";
import { z } from "zod";

const instances = 10_000;
const fulfilment = { name: "fulfilment" } as Process;
const listed = z.array(z.looseObject({ id: z.string(), cursor: z.string(), state: z.string() }));

Deno.test("10,000 unfinished instances are told in groups, and found page by page", async () => {
  await using postgres = await startThrowAwayPostgres();
  const sql = connect({ url: postgres.url, name: "test", logger: silentLog });
  try {
    await migrate(sql, { service: "order", migrations: processMigrations });
    // Many that began within the same microsecond
    await sql`
      insert into process_instance (process, id, state, step, cause, started_at, waiting_since)
      select 'fulfilment', 'order' || number, case when number % 10 = 0 then 'stuck' else 'running' end,
        case when number % 2 = 0 then 'charge' else 'reserve:' || number end,
        case when number % 10 = 0 then 'the provider answered ' || number end,
        timestamptz '2026-01-01' + (number / 100) * interval '1.5 microseconds', now() - interval '1 minute'
      from generate_series(1, ${instances}) as number`;
    const ask = async (name: string, args: Record<string, unknown>) => {
      const act = sagasActs.find((each) => each.name === name);
      const { value } = await act!.run(args, {
        ...{ databases: [{ sagas: [fulfilment], sql }], progress() {} },
        signal: new AbortController().signal,
      });
      return value;
    };
    assert.deepEqual(
      (await ask("groups", {}) as { state: string; step: string; failure: string; count: number }[])
        .map(({ state, step, failure, count }) => ({ state, step, failure, count })),
      [
        {
          ...{ state: "stuck", step: "charge", failure: "the provider answered #" },
          count: instances / 10,
        },
        { state: "waiting", step: "reserve", failure: null, count: instances / 2 },
        { state: "waiting", step: "charge", failure: null, count: instances * 0.4 },
      ],
    );
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const asked = { state: "stuck", failure: "the provider answered #", limit: 300 };
      const page = listed.parse(await ask("list", { ...asked, ...(after && { after }) }));
      seen.push(...page.map(({ id }) => id));
      after = page.at(-1)?.cursor;
    } while (after !== undefined);
    assert.equal(seen.length, instances / 10);
    assert.equal(new Set(seen).size, seen.length);
    const other = await ask("list", { process: "fulfilment", failure: "none", limit: 5 });
    assert.deepEqual(other, []);
    assert.equal((await ask("list", {}) as unknown[]).length, instances);
  } finally {
    await sql.end();
  }
});
