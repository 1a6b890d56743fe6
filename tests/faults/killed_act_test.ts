import assert from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { describeRunning } from "@headwater/host";
import { connect } from "@headwater/postgres";
import { eventually, within } from "@headwater/testing";
import { makeDataPlace } from "./data_place.ts";
import { startDev } from "./dev_process.ts";

Deno.test({
  name:
    "an act whose service is killed in the middle of it is on record as begun and as nothing more, one that is done as done",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using place = await makeDataPlace();
    await using dev = startDev(place.directory, { args: ["--split"] });
    const { url } = await dev.ready();
    const operator = operatorAt(url);
    const token = crypto.randomUUID();
    {
      await using _held = await holdGenerations(place.directory);
      const asked = operator.rebuilds("orders", { token });
      const begun = await eventually("the act to be on record", () => operator.lastAct());
      assert.deepEqual(begun, {
        ...{ act: "rebuild", subject: "orders", actor: "operator", reason: "it is slow" },
        ...{ outcome: "under-way", endedAt: null, undo: null },
      });
      Deno.kill(dev.processes().get("order") ?? 0, "SIGKILL");
      // Whoever waits is not told that it is done
      assert.equal((await within("the answer", asked)).status, 409);
    }
    await eventually("the service to be back", async () => {
      const { status, body } = await fetch(`${url}/api/orders`);
      await body?.cancel();
      return status === 200;
    });
    // The form is sent again: what came of it nobody knows
    const { status, text } = await operator.rebuilds("orders", { token });
    assert.equal(status, 409);
    assert.match(text, /what came of it is not on record yet/);
    assert.equal((await operator.lastAct())?.endedAt, null);

    const other = await operator.rebuilds("payments", { service: "payment" });
    assert.equal(other.status, 200, other.text);
    const done = await operator.lastAct();
    assert.equal(done?.subject, "payments");
    assert.match(done.outcome, /^(done|goes-on)$/);
    await dev.stop();
  },
});

/** Who acts in the console of a gateway. */
function operatorAt(url: string) {
  return {
    async rebuilds(
      name: string,
      { service = "order", token = crypto.randomUUID() }: {
        readonly service?: string;
        readonly token?: string;
      },
    ) {
      const query = new URLSearchParams({ service, engine: "projections", act: "rebuild" });
      query.set("arg.name", name);
      const answer = await fetch(`${url}/console/act?${query}`, {
        method: "POST",
        body: new URLSearchParams({ reason: "it is slow", token }),
      });
      return { status: answer.status, text: await answer.text() };
    },
    /** Undefined: nobody has done anything. */
    async lastAct() {
      const { items: [last] } = await (await fetch(`${url}/ops/acts?limit=1`)).json();
      if (!last) return undefined;
      const { act, subject, actor, reason, outcome, endedAt, undo } = last;
      return { act, subject, actor, reason, outcome, endedAt, undo };
    },
  };
}

/** Nobody begins or changes a generation of the orders' read models; they can be looked at. */
async function holdGenerations(directory: string): Promise<AsyncDisposable> {
  const running = await describeRunning(directory);
  const url = (running?.urls.postgres ?? "").replace(/[^/]*$/, "headwater_order");
  const sql = connect({ url, name: "test", max: 1, logger: silentLog });
  await sql`begin`;
  await sql`lock table projection_generation in exclusive mode`;
  return { [Symbol.asyncDispose]: () => sql.end() };
}
