import type { Step } from "@headwater/sagas";
import type { StockItemCommand } from "@shop/inventory/contract";
import type { NotificationCommand, NotificationKind } from "@shop/notification/contract";
import type { PaymentCommand } from "@shop/payment/contract";
import type { ShipmentCommand } from "@shop/shipping/contract";
import type { FulfilmentEvent, OrderCommand } from "./contract.ts";

/** What is to be fulfilled. */
export type Fulfilment = Extract<FulfilmentEvent, { type: "FulfilmentStarted" }>["data"];

/** The way of an order that goes well, up to the customer's being told. */
export function forwardSteps({ lines }: Fulfilment): readonly string[] {
  return [
    ...lines.map(({ sku }) => `reserve-stock:${sku}`),
    "charge-payment",
    "confirm-order",
    "arrange-shipment",
    "notify:order-confirmed",
  ];
}

/** After the parcel has left. */
export function shippingSteps({ lines }: Fulfilment): readonly string[] {
  return [...lines.map(({ sku }) => `ship-stock:${sku}`), "mark-shipped"];
}

/** Undoes what stands, last step first, and tells the customer. */
export function cancellationSteps(
  standing: readonly string[],
  by: "customer" | "fulfilment",
): readonly string[] {
  return [
    // A customer's cancellation has started the order's own already.
    ...(by === "fulfilment" ? ["start-cancellation"] : []),
    ...standing.toReversed().map(compensationOf).filter((step) => step !== undefined),
    "complete-cancellation",
    "notify:order-cancelled",
  ];
}

const compensations: Readonly<Record<string, string>> = {
  "reserve-stock": "release-stock",
  "charge-payment": "refund-payment",
  "confirm-order": "withdraw-confirmation",
  "arrange-shipment": "cancel-shipment",
};

function compensationOf(step: string): string | undefined {
  const [name = "", sku] = step.split(":");
  const compensation = compensations[name];
  return compensation && (sku === undefined ? compensation : `${compensation}:${sku}`);
}

/** The forward step that this one undoes. */
export function compensates(step: string): string | undefined {
  const [name, sku] = step.split(":");
  const entry = Object.entries(compensations).find(([, compensation]) => compensation === name);
  return entry && (sku === undefined ? entry[0] : `${entry[0]}:${sku}`);
}

type ShopCommand =
  | OrderCommand
  | StockItemCommand
  | PaymentCommand
  | ShipmentCommand
  | NotificationCommand;

export function stepCommand(
  name: string,
  { fulfilment, reason }: { readonly fulfilment: Fulfilment; readonly reason: string },
): Step<ShopCommand> {
  const { orderId, customerId, currency, total, paymentMethod, shippingAddress } = fulfilment;
  const [verb, argument = ""] = name.split(":");
  const line = fulfilment.lines.find(({ sku }) => sku === argument);
  const sku = argument;

  function step(service: string, command: ShopCommand): Step<ShopCommand> {
    return { name, service, command };
  }
  switch (verb) {
    case "reserve-stock": {
      const quantity = line?.quantity ?? 0;
      return step("inventory", { type: "ReserveStock", data: { sku, orderId, quantity } });
    }
    case "release-stock":
      return step("inventory", { type: "ReleaseStock", data: { sku, orderId } });
    case "ship-stock":
      return step("inventory", { type: "ShipStock", data: { sku, orderId } });
    case "charge-payment": {
      const data = { orderId, currency, amount: total, paymentMethod };
      return step("payment", { type: "ChargePayment", data });
    }
    case "refund-payment":
      return step("payment", { type: "RefundPayment", data: { orderId } });
    case "confirm-order":
      return step("order", { type: "ConfirmOrder", data: { orderId } });
    case "withdraw-confirmation":
      return step("order", { type: "WithdrawConfirmation", data: { orderId } });
    case "arrange-shipment": {
      const data = { orderId, address: shippingAddress };
      return step("shipping", { type: "ArrangeShipment", data });
    }
    case "cancel-shipment":
      return step("shipping", { type: "CancelShipment", data: { orderId } });
    case "start-cancellation":
      return step("order", { type: "StartCancellation", data: { orderId, reason } });
    case "reject-cancellation":
      return step("order", { type: "RejectCancellation", data: { orderId, reason } });
    case "complete-cancellation":
      return step("order", { type: "CompleteCancellation", data: { orderId } });
    case "mark-shipped":
      return step("order", { type: "MarkShipped", data: { orderId } });
    case "mark-delivered":
      return step("order", { type: "MarkDelivered", data: { orderId } });
    case "notify": {
      const kind = argument as NotificationKind;
      return step("notification", { type: "NotifyCustomer", data: { customerId, orderId, kind } });
    }
    default:
      throw new Error(`Cannot take step "${name}": fulfilment has no such step`);
  }
}
