import { commandHandler, type CommandHandlers, type ServiceDependencies } from "@headwater/http";
import { collectPayment, refundPayment } from "./collect_payment.ts";
import { paymentCommands } from "./contract.ts";
import { payment } from "./payment.ts";
import type { PaymentProvider } from "./payment_provider.ts";

/** Payment providers answer in some hundred milliseconds; after this their outcome is asked for. */
const providerDeadlineMs = 500;

/** Commands that reach the provider, and go on until its outcome is known. */
export function paymentCommandHandlers(
  { repository, random }: Pick<ServiceDependencies, "repository" | "random">,
  provider: PaymentProvider,
): CommandHandlers {
  const payments = repository(payment);
  const collection = { payments, provider, providerDeadlineMs, random };
  return {
    ChargePayment: commandHandler(paymentCommands.ChargePayment, async (data, context) => {
      await payments.handle({ type: "ChargePayment", data }, context);
      return await collectPayment(collection, { orderId: data.orderId, context });
    }),
    RefundPayment: commandHandler(
      paymentCommands.RefundPayment,
      ({ orderId }, context) => refundPayment(collection, { orderId, context }),
    ),
  };
}
