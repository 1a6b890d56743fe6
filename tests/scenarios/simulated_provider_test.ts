import { silentLog } from "@headwater/core";
import { connect, migrate, startThrowAwayPostgres } from "@headwater/postgres";
import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import { simulatedProvider, simulatedProviderMigrations } from "@shop/payment";

const deadlineMs = 20;

Deno.test("the simulated provider keeps its word on late and void charges", async (t) => {
  await using server = await startThrowAwayPostgres();
  await using stack = new AsyncDisposableStack();
  const sql = connect({ url: server.url, name: "provider", logger: silentLog });
  stack.defer(() => sql.end());
  await migrate(sql, { service: "payment", migrations: simulatedProviderMigrations });
  const provider = simulatedProvider(sql);
  const signal = () => AbortSignal.timeout(deadlineMs);
  const charge = (paymentId: string, paymentMethod: string) =>
    provider.charge({ paymentId, paymentMethod, currency: "EUR", amount: 100 }, signal());

  await t.step("a late charge is booked after its time is over, once", async () => {
    await assert.rejects(charge("late", "pm_late"), { name: "TimeoutError" });
    assert.equal(await provider.find("late", signal()), undefined);
    await assert.rejects(charge("late", "pm_late"), { name: "TimeoutError" });
    await eventually("the charge to be booked", () => provider.find("late", signal()));
    assert.equal(await provider.void("late", signal()), "charged");
    await provider.refund("late", signal());
    assert.equal(await provider.find("late", signal()), "refunded");
  });

  await t.step("what is void is charged neither later nor by another try", async () => {
    await assert.rejects(charge("void", "pm_late"), { name: "TimeoutError" });
    assert.equal(await provider.void("void", signal()), "voided");
    assert.equal(await provider.void("void", signal()), "voided");
    await sql`update simulated_provider set charged_from = now() where payment_id = 'void'`;
    assert.equal(await provider.find("void", signal()), undefined);
    const declined = { outcome: "declined", reason: "charge-void" };
    assert.deepEqual(await charge("void", "pm_ok"), declined);
    assert.equal(await provider.find("void", signal()), undefined);
  });

  await t.step("what nobody charged yet can be void as well", async () => {
    assert.equal(await provider.void("new", signal()), "voided");
    assert.deepEqual(await charge("new", "pm_ok"), { outcome: "declined", reason: "charge-void" });
  });
});
