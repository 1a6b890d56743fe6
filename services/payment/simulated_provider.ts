import type { Sql } from "postgres";
import { Refusal, Unavailable } from "@headwater/core";
import type { Charge, ChargeAnswer, PaymentProvider } from "./payment_provider.ts";

/**
 * A payment provider that behaves as the payment method says. Its book is a table of its own and outlives a crash
 * of the service, as a real provider's does.
 */
export function simulatedProvider(sql: Sql): PaymentProvider {
  return {
    async charge(charge, signal) {
      switch (charge.paymentMethod) {
        case "pm_ok":
          return await book(sql, charge);
        case "pm_held":
          return await bookHeld(sql, charge);
        case "pm_declined":
          return { outcome: "declined", reason: "card-declined" };
        case "pm_flaky":
          if (await countAttempt(sql, charge) <= 2) {
            throw new Unavailable(`Cannot charge "${charge.paymentId}": the provider is flaky`);
          }
          return await book(sql, charge);
        case "pm_timeout":
          await book(sql, charge);
          return await silence(signal);
        case "pm_late":
          await bookLater(sql, charge);
          return await silence(signal);
        case "pm_down":
          throw new Unavailable(`Cannot charge "${charge.paymentId}": the provider is down`);
        default:
          return { outcome: "declined", reason: "payment-method-unsupported" };
      }
    },
    async find(paymentId) {
      const [row] = await sql<{ charged: boolean; refunded: boolean }[]>`
        select ${isCharged(sql)} as charged, refunded
        from simulated_provider as book where payment_id = ${paymentId}`;
      if (!row?.charged) return undefined;
      return row.refunded ? "refunded" : "charged";
    },
    async void(paymentId) {
      const [row] = await sql<{ voided: boolean }[]>`
        insert into simulated_provider as book (payment_id, voided) values (${paymentId}, true)
        on conflict (payment_id) do update set voided = not ${isCharged(sql)}
        returning voided`;
      return row?.voided ? "voided" : "charged";
    },
    async refund(paymentId) {
      const [held] = await sql`
        update simulated_provider set held = false where payment_id = ${paymentId} and held
        returning payment_id`;
      if (held) {
        throw new Refusal(
          "refund-held",
          `Cannot refund "${paymentId}": the bank holds the money, somebody has to ask once more`,
        );
      }
      await sql`
        update simulated_provider as book set refunded = true
        where payment_id = ${paymentId} and ${isCharged(sql)}`;
    },
  };
}

export const simulatedProviderMigrations = [{
  name: "simulated-provider",
  sql: `create table simulated_provider (
    payment_id text primary key,
    currency text not null,
    amount bigint not null,
    attempts integer not null default 0,
    charged boolean not null default false,
    refunded boolean not null default false
  )`,
}, {
  name: "simulated-provider-voids",
  sql: `alter table simulated_provider
    alter column currency drop not null,
    alter column amount drop not null,
    add column voided boolean not null default false,
    add column charged_from timestamptz`,
}, {
  name: "simulated-provider-holds",
  sql: `alter table simulated_provider add column held boolean not null default false`,
}];

/** A charge that is booked later is one from a moment on, whether the service then runs or not; unless it is void. */
function isCharged(sql: Sql) {
  return sql`(book.charged or (coalesce(book.charged_from <= now(), false) and not book.voided))`;
}

async function book(sql: Sql, { paymentId, currency, amount }: Charge): Promise<ChargeAnswer> {
  const [booked] = await sql`
    insert into simulated_provider as book (payment_id, currency, amount, charged)
    values (${paymentId}, ${currency}, ${amount}, true)
    on conflict (payment_id) do update set charged = true where not book.voided
    returning charged`;
  return booked ? { outcome: "charged" } : { outcome: "declined", reason: "charge-void" };
}

/** The first refund of it will be refused. */
async function bookHeld(sql: Sql, charge: Charge): Promise<ChargeAnswer> {
  const { paymentId, currency, amount } = charge;
  await sql`
    insert into simulated_provider (payment_id, currency, amount, held)
    values (${paymentId}, ${currency}, ${amount}, true)
    on conflict (payment_id) do nothing`;
  return await book(sql, charge);
}

async function bookLater(sql: Sql, { paymentId, currency, amount }: Charge): Promise<void> {
  await sql`
    insert into simulated_provider as book (payment_id, currency, amount, charged_from)
    values (${paymentId}, ${currency}, ${amount}, now() + interval '1 second')
    on conflict (payment_id) do nothing`;
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
