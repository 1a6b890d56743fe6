import { AggregateStore, handleCommand, idSchema, Refusal } from "@headwater/core";
import {
  commandEndpoint,
  createServiceApp,
  readParam,
  readsFrom,
  type ServiceApp,
  type ServiceDependencies,
} from "@headwater/http";
import { collectPayment, refundPayment } from "./collect_payment.ts";
import { paymentCommands, paymentEvents } from "./contract.ts";
import { payment } from "./payment.ts";
import type { PaymentProvider } from "./payment_provider.ts";
import { findPayment, paymentView } from "./payment_view.ts";

/** Payment providers answer in some hundred milliseconds; after this their outcome is asked for. */
const providerDeadlineMs = 500;

export function paymentRoutes(
  dependencies: ServiceDependencies,
  provider: PaymentProvider,
): ServiceApp {
  const { log, sql, readModels, random } = dependencies;
  const app = createServiceApp("payment", dependencies);
  const payments = new AggregateStore({ log, decider: payment, events: paymentEvents });
  const collection = { payments, provider, providerDeadlineMs, random };

  commandEndpoint(app, {
    ChargePayment: {
      schema: paymentCommands.ChargePayment,
      async handle(data, context) {
        const { orderId } = data;
        const command = { type: "ChargePayment" as const, data };
        await handleCommand(payments, { id: orderId, command, context, random });
        return await collectPayment(collection, { orderId, context });
      },
    },
    RefundPayment: {
      schema: paymentCommands.RefundPayment,
      handle: ({ orderId }, context) => refundPayment(collection, { orderId, context }),
    },
  });

  app.get("/payments/order/:id", readsFrom(readModels, paymentView), async (c) => {
    const orderId = readParam(c, "id", idSchema);
    const found = await findPayment(sql, orderId);
    if (!found) {
      throw new Refusal("payment-unknown", `Cannot find a payment for order "${orderId}"`);
    }
    return c.json(found);
  });
  return app;
}
