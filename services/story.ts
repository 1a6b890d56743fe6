import { field, type Recorded } from "@headwater/core";
import type { ProductEvent } from "@shop/catalog/contract";
import type { StockItemEvent } from "@shop/inventory/contract";
import type { FulfilmentEvent, OrderEvent } from "@shop/order/contract";
import type { PaymentEvent } from "@shop/payment/contract";
import type { ShipmentEvent } from "@shop/shipping/contract";

type ShopEvent =
  | OrderEvent
  | FulfilmentEvent
  | StockItemEvent
  | PaymentEvent
  | ShipmentEvent
  | ProductEvent;

/** What the shop's people are told as it happens. */
export function story({ type, data }: Recorded): string | undefined {
  const event = { type, data } as ShopEvent;
  if (event.type === "StockReceived") return `${event.data.quantity} × ${event.data.sku} received`;
  if (event.type === "ProductListed" || event.type === "PriceChanged") {
    const { sku, price, currency } = event.data;
    const did = event.type === "ProductListed" ? "listed at" : "costs";
    return `${sku} ${did} ${field.moneyText(price, currency)}`;
  }
  const told = storyOfOrder(event);
  return told === undefined || !("orderId" in event.data)
    ? undefined
    : `order ${event.data.orderId}  ${told}`;
}

function storyOfOrder(event: ShopEvent): string | undefined {
  switch (event.type) {
    case "OrderPlaced": {
      const { customerId, lines, total, currency } = event.data;
      const basket = lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(", ");
      return `placed by ${customerId}: ${basket}, ${field.moneyText(total, currency)}`;
    }
    case "StockReservationRejected":
      return `✗ ${event.data.sku} refused: ${event.data.reason}`;
    case "PaymentAttemptFailed":
      return `! payment attempt ${event.data.attempt} failed: ${event.data.cause}`;
    case "PaymentDeclined":
      return `✗ payment refused: ${event.data.reason}`;
    case "PaymentOutcomeUnknown":
      return "? payment without an answer, the provider is asked what became of it";
    case "ShipmentRefused":
      return `✗ shipment refused: ${event.data.reason}`;
    case "OrderConfirmed":
      return "✓ confirmed";
    case "OrderCancellationStarted":
      return event.data.by === "customer"
        ? `customer cancels it: ${event.data.reason}`
        : `is being cancelled: ${event.data.reason}`;
    case "OrderCancellationRejected":
      return `✗ cancellation refused: ${event.data.reason}`;
    case "StepDone": {
      const { step, compensates } = event.data;
      return compensates === undefined ? undefined : `↩ ${step} undoes ${compensates}`;
    }
    case "StepStuck":
      return `! stands still at ${event.data.step}: ${event.data.reason}; deno task sagas show ${event.data.orderId}`;
    case "OrderCancelled":
      return `cancelled: ${event.data.reason}`;
    case "OrderShipped":
      return "shipped";
    case "OrderDelivered":
      return "delivered";
    default:
      return undefined;
  }
}
