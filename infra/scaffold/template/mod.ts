import { service } from "@headwater/host";
import { sampleAccountCommandExamples, sampleAccountEventExamples } from "./examples.ts";
import { sampleAccountRoutes } from "./routes.ts";
import { sampleAccount } from "./sample_account.ts";
import { sampleAccountView } from "./sample_account_view.ts";

export const sampleAccountService = service({
  name: "sample_account",
  aggregates: [sampleAccount],
  views: [sampleAccountView],
  routes: sampleAccountRoutes,
  examples: [sampleAccountEventExamples, sampleAccountCommandExamples],
});

export { sampleAccount };
