import type { Process, Step } from "@headwater/sagas";
import { type StockItemEvent, stockItemEvents } from "@shop/inventory/contract";
import { type NotificationEvent, notificationEvents } from "@shop/notification/contract";
import { type PaymentEvent, paymentEvents } from "@shop/payment/contract";
import { type ShipmentEvent, shipmentEvents } from "@shop/shipping/contract";
import {
  type FulfilmentEvent,
  fulfilmentEvents,
  type OrderEvent,
  orderEvents,
} from "./contract.ts";
import {
  cancellationSteps,
  compensates,
  forwardSteps,
  type Fulfilment,
  shippingSteps,
  stepCommand,
} from "./fulfilment_steps.ts";

export type FulfilmentInput =
  | OrderEvent
  | StockItemEvent
  | PaymentEvent
  | ShipmentEvent
  | NotificationEvent;

export type FulfilmentState = {
  readonly fulfilment?: Fulfilment;
  /** Steps to take, the first of them now. */
  readonly todo: readonly string[];
  /** Forward steps taken and not undone, in their order. */
  readonly standing: readonly string[];
  /** Set once the order is being cancelled. */
  readonly cancelling?: { readonly reason: string; readonly by: "customer" | "fulfilment" };
  readonly dispatched: boolean;
  readonly delivered: boolean;
};

export const fulfilmentProcess: Process<FulfilmentInput, FulfilmentEvent, FulfilmentState> = {
  name: "fulfilment",
  inputs: [orderEvents, stockItemEvents, paymentEvents, shipmentEvents, notificationEvents],
  events: fulfilmentEvents,
  initialState: { todo: [], standing: [], dispatched: false, delivered: false },
  key: (input) => "orderId" in input.data ? input.data.orderId : undefined,
  react,
  evolve,
  outstanding,
  finished: (state) => state.fulfilment !== undefined && state.todo.length === 0,
  tells: ({ fulfilment, cancelling }) => ({
    keys: fulfilment ? [fulfilment.customerId] : [],
    isCompensating: cancelling !== undefined,
  }),
};

function react(input: FulfilmentInput, state: FulfilmentState): readonly FulfilmentEvent[] {
  if (input.type === "OrderPlaced") return start(input.data, state);
  if (!state.fulfilment || !("orderId" in input.data)) return [];
  const { orderId } = input.data;

  function done(step: string): readonly FulfilmentEvent[] {
    if (!state.todo.includes(step)) return [];
    const undone = compensates(step);
    return [{ type: "StepDone", data: { orderId, step, ...(undone && { compensates: undone }) } }];
  }
  function refused(step: string, reason: string): readonly FulfilmentEvent[] {
    return state.todo.includes(step)
      ? [{ type: "StepRefused", data: { orderId, step, reason } }]
      : [];
  }

  switch (input.type) {
    case "StockReserved":
      return done(`reserve-stock:${input.data.sku}`);
    case "StockReservationRejected":
      return refused(`reserve-stock:${input.data.sku}`, input.data.reason);
    case "StockReleased":
      return done(`release-stock:${input.data.sku}`);
    case "StockShipped":
      return done(`ship-stock:${input.data.sku}`);
    case "PaymentCharged":
      return done("charge-payment");
    case "PaymentDeclined":
      return refused("charge-payment", input.data.reason);
    case "PaymentRefunded":
      return done("refund-payment");
    case "OrderConfirmed":
      return done("confirm-order");
    case "OrderConfirmationWithdrawn":
      return done("withdraw-confirmation");
    case "OrderCancellationStarted": {
      if (state.todo.includes("start-cancellation")) return done("start-cancellation");
      const { reason } = input.data;
      return state.cancelling ? [] : [{ type: "CancellationHeard", data: { orderId, reason } }];
    }
    case "OrderCancellationRejected":
      return done("reject-cancellation");
    case "OrderCancelled":
      return done("complete-cancellation");
    case "OrderShipped":
      return done("mark-shipped");
    case "OrderDelivered":
      return done("mark-delivered");
    case "ShipmentArranged":
      return done("arrange-shipment");
    case "ShipmentRefused":
      return refused("arrange-shipment", input.data.reason);
    case "ShipmentCancelled":
      return done("cancel-shipment");
    case "ShipmentCancellationRejected":
      return refused("cancel-shipment", input.data.reason);
    case "ShipmentDispatched":
      return state.dispatched ? [] : [{ type: "DispatchHeard", data: { orderId } }];
    case "ShipmentDelivered":
      return state.delivered ? [] : [{ type: "DeliveryHeard", data: { orderId } }];
    case "NotificationSent":
      return done(`notify:${input.data.kind}`);
    default:
      return [];
  }
}

function start(
  placed: Extract<OrderEvent, { type: "OrderPlaced" }>["data"],
  state: FulfilmentState,
): readonly FulfilmentEvent[] {
  if (state.fulfilment) return [];
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of placed.lines) {
    quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  }
  const lines = [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
  return [{ type: "FulfilmentStarted", data: { ...placed, lines } }];
}

function evolve(state: FulfilmentState, event: FulfilmentEvent): FulfilmentState {
  if (event.type === "FulfilmentStarted") {
    return { ...state, fulfilment: event.data, todo: forwardSteps(event.data) };
  }
  const { fulfilment } = state;
  if (!fulfilment) return state;
  switch (event.type) {
    case "StepDone":
      return afterStep(state, event.data.step);
    case "StepRefused":
      return afterRefusal(state, event.data);
    case "CancellationHeard":
      return cancelled(state, event.data.reason);
    case "DispatchHeard": {
      if (state.dispatched) return state;
      const heard = { ...state, dispatched: true };
      // While cancelling, the shipment's own answer to "cancel-shipment" decides.
      return state.cancelling
        ? heard
        : { ...heard, todo: [...state.todo, ...shippingSteps(fulfilment)] };
    }
    case "DeliveryHeard": {
      if (state.delivered) return state;
      const heard = { ...state, delivered: true };
      return state.cancelling ? heard : { ...heard, todo: [...state.todo, "mark-delivered"] };
    }
  }
}

function afterStep(state: FulfilmentState, step: string): FulfilmentState {
  const undone = compensates(step);
  const forward = state.fulfilment && forwardSteps(state.fulfilment).includes(step);
  const standing = forward
    ? [...state.standing, step]
    : state.standing.filter((taken) => taken !== undone);
  const next = { ...state, standing, todo: state.todo.filter((todo) => todo !== step) };
  // The customer cancelled while this step was under way: now it is known what has to be undone.
  return forward && state.cancelling
    ? { ...next, todo: cancellationSteps(standing, state.cancelling.by) }
    : next;
}

function afterRefusal(
  state: FulfilmentState,
  { step, reason }: { readonly step: string; readonly reason: string },
): FulfilmentState {
  if (step === "cancel-shipment") return orderStands(state);
  const cancelling = state.cancelling ?? { reason, by: "fulfilment" as const };
  return { ...state, cancelling, todo: cancellationSteps(state.standing, cancelling.by) };
}

/** The parcel has left: the cancellation is called off and fulfilment goes on. */
function orderStands(state: FulfilmentState): FulfilmentState {
  const { fulfilment, standing, delivered } = state;
  if (!fulfilment) return state;
  const missing = forwardSteps(fulfilment).filter((step) => !standing.includes(step));
  return {
    ...state,
    cancelling: undefined,
    dispatched: true,
    todo: [
      "reject-cancellation",
      ...missing,
      ...shippingSteps(fulfilment),
      ...(delivered ? ["mark-delivered"] : []),
    ],
  };
}

function cancelled(state: FulfilmentState, reason: string): FulfilmentState {
  const cancelling = { reason, by: "customer" as const };
  if (state.dispatched) {
    const others = state.todo.filter((step) => step !== "reject-cancellation");
    return { ...state, todo: ["reject-cancellation", ...others] };
  }
  const [now] = state.todo;
  // The step may have been taken without our having heard of it; its outcome comes for certain. Only the order itself
  // confirms nothing any more once it is being cancelled.
  const awaited = now !== undefined && now !== "confirm-order";
  return {
    ...state,
    cancelling,
    todo: awaited ? [now] : cancellationSteps(state.standing, "customer"),
  };
}

function outstanding(state: FulfilmentState): readonly Step[] {
  const [now] = state.todo;
  if (!state.fulfilment || now === undefined) return [];
  const reason = state.cancelling?.reason ?? "order-already-shipped";
  return [stepCommand(now, { fulfilment: state.fulfilment, reason })];
}
