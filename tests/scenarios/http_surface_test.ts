import { httpBadInput } from "./http_bad_input.ts";
import { httpCatalog } from "./http_catalog.ts";
import { httpSurface } from "./http_surface.ts";
import { httpTrackingAndSales } from "./http_tracking_and_sales.ts";
import { tell } from "./stories.ts";

tell("the surface over HTTP", {
  ...httpSurface,
  ...httpTrackingAndSales,
  ...httpCatalog,
  ...httpBadInput,
});
