import { DeadlineExceeded, Unavailable } from "@headwater/core";
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
      try {
        return await collectPayment(collection, { orderId: data.orderId, context });
      } catch (cause) {
        if (!(cause instanceof Unavailable)) throw cause;
        // From here on the provider may have charged
        throw new DeadlineExceeded(`Cannot tell whether it was charged: ${cause.message}`, {
          cause,
        });
      }
    }),
    RefundPayment: commandHandler(
      paymentCommands.RefundPayment,
      ({ orderId }, context) => refundPayment(collection, { orderId, context }),
    ),
  };
}
