import { deepEqual, equal, match, ok } from "node:assert/strict";
import { acts, eventLog, silentLog } from "@headwater/core";
import { connect, migrate, startThrowAwayPostgres } from "@headwater/postgres";
import {
  processMigrations,
  processRecords,
  sagasActs,
  type SagasContext,
  startProcess,
} from "@headwater/sagas";
import { eventually, manualClock } from "@headwater/testing";
import { giveErrand, giveUpMs, remindMs, waiting as process } from "@headwater/sagas/testing";

Deno.test("operators free what is stuck, one by one or many at once, and are told what becomes of it", async () => {
  await using server = await startThrowAwayPostgres();
  await using stack = new AsyncDisposableStack();
  const sql = connect({ url: server.url, name: "test", max: 4, logger: silentLog });
  stack.defer(() => sql.end());
  await migrate(sql, { service: "shop", migrations: processMigrations });
  const clock = manualClock();
  const log = eventLog.memoryLog({ now: () => new Date(clock.now()) });
  const asked: string[] = [];
  function start() {
    return startProcess({
      ...{ process, log, clock, logger: silentLog, random: () => 0.5, now: () => clock.now() },
      client: {
        call(_service, request) {
          asked.push(request.headers.get("Idempotency-Key")!);
          return Promise.resolve(new Response(null, { status: 202 }));
        },
      },
      records: processRecords(sql, process.name),
    });
  }
  const running = start();

  const outcomes: acts.ActOutcome[] = [];
  const watched = sagasActs.map((act) => ({
    ...act,
    async run(...asked: Parameters<typeof act.run>) {
      const outcome = await act.run(...asked);
      outcomes.push(outcome);
      return outcome;
    },
  }));
  async function run(words: string, more: Partial<SagasContext> = {}) {
    let printed = "";
    const code = acts.operatorsCommand<SagasContext>(watched, words.split(" "), {
      context: {
        ...{ databases: [{ sagas: [process], sql }], reads: log, now: () => clock.now() },
        ...{ actor: "anna", ...more },
      },
      print: (text) => printed += text,
      isTerminal: false,
    });
    let isOver = false;
    code.finally(() => isOver = true);
    await eventually("the end of the act", async () => {
      await clock.advance(100);
      return isOver;
    });
    return { code: await code, printed };
  }
  async function listed(words = "list") {
    const { printed } = await run(`${words} --json`);
    return (JSON.parse(printed) as { id: string; state: string; step: string; cause: string }[])
      .toSorted((one, other) => one.id.localeCompare(other.id));
  }
  async function noted(id: string): Promise<string[]> {
    return (await Array.fromAsync(log.read(`waiting-${id}`))).flat().map(({ type }) => type);
  }

  const errands = ["bread", "eggs", "milk"];
  for (const errandId of errands) await giveErrand(log, errandId);
  await eventually("their being on record", async () => (await listed()).length === 3);
  const [early] = await listed();
  deepEqual([early?.state, early?.step], ["waiting", null]);
  await clock.advance(remindMs + 1_000);
  await eventually("their being at work", async () => {
    return (await listed()).every(({ step }) => step === "report");
  });
  // They have a step, so the time that ends it is another
  await clock.advance(giveUpMs + 1_000);
  await eventually("their being stuck", async () => {
    await clock.advance(500);
    return (await listed()).every(({ state }) => state === "stuck");
  });
  const [bread] = await listed("list --state stuck --step report");
  deepEqual([bread?.id, bread?.cause], ["bread", "no report has come"]);
  match((await run("list")).printed, /stuck {4}waiting@1 bread {2}report .* no report has come\n/);
  equal(JSON.parse((await run("show bread --json")).printed).definition, "waiting@1");

  const dry = await run("retry --state stuck --dry-run");
  deepEqual([
    dry.code,
    dry.printed.match(/would retry waiting \w+ \(stuck, .*\): notes Retried/g)?.length,
  ], [0, 3]);
  deepEqual(await noted("bread"), ["Begun", "Reminded", "GivenUp"]);

  const before = asked.length;
  deepEqual(await run("retry bread --reason open-again"), {
    code: 0,
    printed: '1 to do\nretry "bread" is done\n',
  });
  await eventually("its being sent", () => asked.length > before);
  const [event] = (await Array.fromAsync(log.read("waiting-bread", { from: 3 }))).flat();
  const { actor, reason } = event?.data as { actor: string; reason: string };
  deepEqual([event?.type, actor, reason], ["Retried", "anna", "open-again"]);
  const again = await run("retry bread");
  deepEqual(again, {
    code: 2,
    printed: "1 to do\nCannot retry: it is reporting, and must be stuck\n",
  });
  match((await run("retry bread --dry-run")).printed, /^would not retry .* must be stuck\n$/);

  // Of many that are all refused, nothing more comes either
  const vain = await run("retry --key bread");
  match(vain.printed, /must be stuck/);
  deepEqual([vain.code, outcomes.at(-1)?.ended], [1, "refused"]);

  const many = await run("skip --state stuck --step report --reason nobody-cares --json");
  const { isDone, acts: done } = JSON.parse(many.printed);
  deepEqual([many.code, isDone], [0, true]);
  deepEqual(
    done.map(({ id, act, step, outcome }: Record<string, string>) => [id, act, step, outcome])
      .toSorted(),
    [["eggs", "skip", "report", "done"], ["milk", "skip", "report", "done"]],
  );
  await eventually("their being struck off", async () => (await listed()).length === 1);

  const refusals = [
    ["retry", /say which ID, or a filter/],
    ["retry cheese", /no unfinished instance has that id/],
    ["retry bread --state stuck", /give its ID, or a filter/],
    ["retry bread --process walking", /known are waiting/],
    ["skip bread", /Usage/],
  ] as const;
  for (const [words, told] of refusals) {
    const { code, printed } = await run(words);
    equal(code, 2, words);
    match(printed, told);
  }
  match((await run("retry --state stuck")).printed, /No unfinished instance is like that/);

  // What was answered a while ago is forgotten when the next act is asked; what has no answer never is
  await sql`update process_act set answered_at = answered_at - interval '31 days' where id <> 'milk'`;

  // Nobody runs the process: the act is on record, and done when somebody does
  await running[Symbol.asyncDispose]();
  const waits = await run("skip bread --step report --reason closed", { patienceMs: 0 });
  deepEqual(waits, {
    code: 1,
    printed: 'skip "bread" is on record: it is done when its service runs\n',
  });
  deepEqual(
    (await sql`select id, outcome from process_act order by number`).map((row) => ({ ...row })),
    [{ id: "milk", outcome: "done" }, { id: "bread", outcome: null }],
  );
  stack.use(start());
  await eventually("an answer", async () => {
    await clock.advance(500);
    return (await sql`select from process_act where outcome is null`).length === 0;
  });
  const [last] = await sql`select outcome, code from process_act order by number desc limit 1`;
  ok(last?.outcome === "refused" && last.code === "saga-not-stuck", JSON.stringify(last));
});
