import { type Application, description } from "@headwater/host";
import { describe } from "@headwater/http";
import type { PageOperation } from "@headwater/gateway";
import type { inventoryOperations } from "@shop/inventory";
import { type Patience, sendPatiently } from "@shop/judge";
import type { orderOperations, OrderShown } from "@shop/order";
import type { paymentOperations } from "@shop/payment";
import type { shippingOperations } from "@shop/shipping";
import type { timelineOperations } from "@shop/timeline";

/** The gateway's page of an order, made of what four services declare. */
type OrderPage = PageOperation<"getOrder", {
  order: OrderShown;
  payment: typeof paymentOperations.shown;
  reservations: typeof inventoryOperations.reserved;
  shipment: typeof shippingOperations.shown;
}, "order">;
type Operations =
  & typeof orderOperations
  & typeof shippingOperations
  & typeof timelineOperations
  & { readonly page: OrderPage };

/** What customers ask of the shop, with types that follow from its routes. */
export type ShopApi = describe.ApiClient<Operations>;

/** An order as its page shows it. */
export type OrderStanding = Awaited<ReturnType<ShopApi["getOrder"]>>["body"]["data"];

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
