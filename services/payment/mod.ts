import { toService } from "@headwater/http";
import type { ServiceDefinition } from "@headwater/host";
import { paymentView } from "./payment_view.ts";
import { paymentRoutes } from "./routes.ts";
import { simulatedProvider, simulatedProviderMigration } from "./simulated_provider.ts";

export const paymentService: ServiceDefinition = {
  name: "payment",
  categories: ["payment"],
  migrations: [simulatedProviderMigration],
  views: [paymentView],
  processes: [],
  create: (dependencies) =>
    toService(paymentRoutes(dependencies, simulatedProvider(dependencies.sql))),
};

export { payment } from "./payment.ts";
