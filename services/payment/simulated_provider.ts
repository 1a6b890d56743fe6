import type { Sql } from "postgres";
import { Unavailable } from "@headwater/core";
import type { Charge, PaymentProvider } from "./payment_provider.ts";

/**
 * A payment provider that behaves as the payment method says. Its book is a table of its own and outlives a crash
 * of the service, as a real provider's does.
 */
export function simulatedProvider(sql: Sql): PaymentProvider {
  return {
    async charge(charge, signal) {
      switch (charge.paymentMethod) {
        case "pm_ok":
          await book(sql, charge);
          return { outcome: "charged" };
        case "pm_declined":
          return { outcome: "declined", reason: "card-declined" };
        case "pm_flaky":
          if (await countAttempt(sql, charge) <= 2) {
            throw new Unavailable(`Cannot charge "${charge.paymentId}": the provider is flaky`);
          }
          await book(sql, charge);
          return { outcome: "charged" };
        case "pm_timeout":
          await book(sql, charge);
          return await silence(signal);
        case "pm_down":
          throw new Unavailable(`Cannot charge "${charge.paymentId}": the provider is down`);
        default:
          return { outcome: "declined", reason: "payment-method-unsupported" };
      }
    },
    async find(paymentId) {
      const [row] = await sql<{ charged: boolean; refunded: boolean }[]>`
        select charged, refunded from simulated_provider where payment_id = ${paymentId}`;
      if (!row?.charged) return undefined;
      return row.refunded ? "refunded" : "charged";
    },
    async refund(paymentId) {
      await sql`
        update simulated_provider set refunded = true where payment_id = ${paymentId} and charged`;
    },
  };
}

export const simulatedProviderMigration = {
  name: "simulated-provider",
  sql: `create table simulated_provider (
    payment_id text primary key,
    currency text not null,
    amount bigint not null,
    attempts integer not null default 0,
    charged boolean not null default false,
    refunded boolean not null default false
  )`,
};

async function book(sql: Sql, { paymentId, currency, amount }: Charge): Promise<void> {
  await sql`
    insert into simulated_provider (payment_id, currency, amount, charged)
    values (${paymentId}, ${currency}, ${amount}, true)
    on conflict (payment_id) do update set charged = true`;
}

async function countAttempt(sql: Sql, { paymentId, currency, amount }: Charge): Promise<number> {
  const [row] = await sql<{ attempts: number }[]>`
    insert into simulated_provider as book (payment_id, currency, amount, attempts)
    values (${paymentId}, ${currency}, ${amount}, 1)
    on conflict (payment_id) do update set attempts = book.attempts + 1
    returning attempts`;
  return row?.attempts ?? 0;
}

function silence(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
