import { equal } from "node:assert/strict";
import { soakApi } from "./generated_requests.ts";
import { soakPayment } from "./slow_payment.ts";
import { soakBoundaries } from "./boundaries.ts";
import { soakEventStore } from "./event_store_memory.ts";
import { soakProjections } from "./killed_projections.ts";
import { soakRestart } from "./lost_read_models.ts";
import { soakSagas } from "./saga_schedules.ts";
import { soakShop } from "./shop_soak.ts";
import { soakNamed } from "./soak.ts";
import { soakStrangler } from "./strangled_writes.ts";

Deno.test("each soak has a name, and another name is refused with those there are", () => {
  equal(soakNamed("api"), soakApi);
  equal(soakNamed("boundaries"), soakBoundaries);
  equal(soakNamed("event-store"), soakEventStore);
  equal(soakNamed("payment"), soakPayment);
  equal(soakNamed("projections"), soakProjections);
  equal(soakNamed("restart"), soakRestart);
  equal(soakNamed("sagas"), soakSagas);
  equal(soakNamed("shop"), soakShop);
  equal(soakNamed("strangler"), soakStrangler);
  equal(
    soakNamed("toString"),
    'Cannot soak "toString": what can be soaked is api, boundaries, event-store, payment, projections, restart, sagas, shop, strangler',
  );
});
