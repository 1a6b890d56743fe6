import { aggregate, fingerprint, Refusal } from "@headwater/core";
import {
  type OrderCommand,
  orderCommands,
  type OrderEvent,
  orderEvents,
  type OrderStatus,
} from "./contract.ts";

type Placed = Extract<OrderEvent, { type: "OrderPlaced" }>["data"];

export type OrderState =
  | { readonly status: "none" }
  | {
    readonly status: OrderStatus;
    readonly placed: Placed;
    readonly confirmed: boolean;
    /** Its customer was reminded of the payment. */
    readonly overdue?: true;
    /** The parcel is on its way: the order stands. */
    readonly dispatched: boolean;
    readonly reason?: string;
  };

const initialState: OrderState = { status: "none" };

export const order = aggregate({
  events: orderEvents,
  commands: orderCommands,
  id: ({ data }) => data.orderId,
  initialState,
  decide,
  evolve,
});

function decide(command: OrderCommand, state: OrderState): readonly OrderEvent[] {
  if (command.type === "PlaceOrder") return place(command.data, state);
  const { orderId } = command.data;
  if (state.status === "none") {
    throw new Refusal("order-unknown", `Cannot find order "${orderId}": it was never placed`);
  }
  const { status, confirmed } = state;
  switch (command.type) {
    case "RequestCancellation": {
      if (status === "cancelling" || status === "cancelled") return [];
      // A caller that looked before the dispatch may come after it.
      if (state.dispatched || command.data.shipmentDispatched) {
        throw new Refusal(
          "order-already-shipped",
          `Cannot cancel order "${orderId}": its shipment was dispatched`,
        );
      }
      const { reason } = command.data;
      return [{ type: "OrderCancellationStarted", data: { orderId, reason, by: "customer" } }];
    }
    case "RemindOfPayment": {
      const { customerId } = state.placed;
      return status === "placed" && !state.overdue
        ? [{ type: "OrderPaymentOverdue", data: { orderId, customerId } }]
        : [];
    }
    case "ConfirmOrder":
      // An order that is being cancelled stays so; fulfilment hears of it through the log.
      return status === "placed" ? [{ type: "OrderConfirmed", data: { orderId } }] : [];
    case "WithdrawConfirmation":
      return status === "cancelling" && confirmed
        ? [{ type: "OrderConfirmationWithdrawn", data: { orderId } }]
        : [];
    case "StartCancellation": {
      const { reason } = command.data;
      return status === "placed" || status === "confirmed"
        ? [{ type: "OrderCancellationStarted", data: { orderId, reason, by: "fulfilment" } }]
        : [];
    }
    case "RejectCancellation": {
      const { reason } = command.data;
      return status === "cancelling"
        ? [{ type: "OrderCancellationRejected", data: { orderId, reason } }]
        : [];
    }
    case "CompleteCancellation":
      return status === "cancelling"
        ? [{ type: "OrderCancelled", data: { orderId, reason: state.reason ?? "cancelled" } }]
        : [];
    case "MarkShipped":
      return status === "confirmed" ? [{ type: "OrderShipped", data: { orderId } }] : [];
    case "MarkDelivered":
      return status === "shipped" ? [{ type: "OrderDelivered", data: { orderId } }] : [];
  }
}

function place(
  data: Extract<OrderCommand, { type: "PlaceOrder" }>["data"],
  state: OrderState,
): readonly OrderEvent[] {
  const total = data.lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0);
  if (!Number.isSafeInteger(total)) {
    throw new Refusal(
      "order-too-large",
      `Cannot place order "${data.orderId}": its total is beyond ${Number.MAX_SAFE_INTEGER} minor units`,
    );
  }
  if (state.status === "none") return [{ type: "OrderPlaced", data: { ...data, total } }];
  if (fingerprint({ ...data, total }) === fingerprint(state.placed)) return [];
  throw new Refusal(
    "order-exists",
    `Cannot place order "${data.orderId}": another order has this id`,
  );
}

function evolve(state: OrderState, event: OrderEvent): OrderState {
  if (event.type === "OrderPlaced") {
    return { status: "placed", placed: event.data, confirmed: false, dispatched: false };
  }
  if (state.status === "none") return state;
  switch (event.type) {
    case "OrderPaymentOverdue":
      return { ...state, overdue: true };
    case "OrderConfirmed":
      return { ...state, status: "confirmed", confirmed: true };
    case "OrderConfirmationWithdrawn":
      return { ...state, confirmed: false };
    case "OrderCancellationStarted":
      return { ...state, status: "cancelling", reason: event.data.reason };
    case "OrderCancellationRejected":
      return { ...state, status: "confirmed", dispatched: true, reason: undefined };
    case "OrderCancelled":
      return { ...state, status: "cancelled", reason: event.data.reason };
    case "OrderShipped":
      return { ...state, status: "shipped", dispatched: true };
    case "OrderDelivered":
      return { ...state, status: "delivered" };
  }
}
