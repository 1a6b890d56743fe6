import { type Application, description } from "@headwater/host";
import { describe } from "@headwater/http";
import { type Patience, sendPatiently } from "@shop/judge";
import type { orderOperations } from "@shop/order";
import type { shippingOperations } from "@shop/shipping";
import type { timelineOperations } from "@shop/timeline";

type Operations = typeof orderOperations & typeof shippingOperations & typeof timelineOperations;

/** What customers ask of the shop, with types that follow from its routes. */
export type ShopApi = describe.ApiClient<Operations>;

/** Asks patiently: a part of the shop may be starting, or just killed. */
export function shopApi(
  application: Application,
  { url, ...patience }: Patience & {
    /** Of its gateway. */
    readonly url: string;
  },
): ShopApi {
  return describe.apiClient<Operations>({
    document: description.describeApi(application),
    origin: url,
    send: (request) => sendPatiently(() => fetch(request.clone()), patience),
  });
}
