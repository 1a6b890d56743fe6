import { service } from "@headwater/host";
import { paymentCommandExamples, paymentEventExamples } from "./examples.ts";
import { payment } from "./payment.ts";
import { paymentCommandHandlers } from "./payment_commands.ts";
import { paymentView } from "./payment_view.ts";
import { paymentRoutes } from "./routes.ts";
import { simulatedProvider, simulatedProviderMigrations } from "./simulated_provider.ts";

export const paymentService = service({
  name: "payment",
  aggregates: [payment],
  views: [paymentView],
  routes: paymentRoutes,
  commands: (dependencies) =>
    paymentCommandHandlers(dependencies, simulatedProvider(dependencies.sql)),
  migrations: simulatedProviderMigrations,
  examples: [paymentEventExamples, paymentCommandExamples],
});

export { paymentOperations } from "./routes.ts";
export { payment, simulatedProvider, simulatedProviderMigrations };
