import { service } from "@headwater/host";
import { productCommandExamples, productEventExamples } from "./examples.ts";
import { product } from "./product.ts";
import { productView } from "./product_view.ts";
import { catalogRoutes } from "./routes.ts";

export const catalogService = service({
  name: "catalog",
  aggregates: [product],
  views: [productView],
  routes: catalogRoutes,
  examples: [productEventExamples, productCommandExamples],
});

export { product };
