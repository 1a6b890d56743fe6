import { arbitraryOf, given, runCommands } from "@headwater/testing";
import fc from "fast-check";
import assert from "node:assert/strict";
import {
  type OrderCommand,
  orderCommands,
  type OrderEvent,
  orderEvents,
  type OrderStatus,
} from "./contract.ts";
import { orderCommandExamples as command, orderEventExamples as event } from "./examples.ts";
import { order } from "./order.ts";

const placed = [event.OrderPlaced];
const confirmed = [...placed, event.OrderConfirmed];
const cancelling = [...confirmed, event.OrderCancellationStarted];
const cancelled = [...cancelling, event.OrderConfirmationWithdrawn, event.OrderCancelled];
const shipped = [...confirmed, event.OrderShipped];
const delivered = [...shipped, event.OrderDelivered];
const stands = [...cancelling, event.OrderCancellationRejected];

Deno.test("an order is placed with the total of its lines", () => {
  given(order).when(command.PlaceOrder).yields(event.OrderPlaced);
});

Deno.test("the same order placed again stays one", () => {
  given(order, ...placed).when(command.PlaceOrder).yieldsNothing();
  given(order, ...cancelled).when(command.PlaceOrder).yieldsNothing();
});

Deno.test("another order under the same id is refused", () => {
  const other = { ...command.PlaceOrder.data, customerId: "customer-2" };
  given(order, ...placed).when({ type: "PlaceOrder", data: other }).isRefused("order-exists");
});

Deno.test("an order whose total no integer holds is refused", () => {
  const lines = [{ sku: "SKU1", quantity: 2, unitPrice: Number.MAX_SAFE_INTEGER }];
  const data = { ...command.PlaceOrder.data, lines };
  given(order).when({ type: "PlaceOrder", data }).isRefused("order-too-large");
});

Deno.test("a customer is reminded of a payment once, and not of an order that goes on", () => {
  given(order, ...placed).when(command.RemindOfPayment).yields(event.OrderPaymentOverdue);
  for (const history of [[...placed, event.OrderPaymentOverdue], confirmed, cancelling]) {
    given(order, ...history).when(command.RemindOfPayment).yieldsNothing();
  }
});

Deno.test("every command to an order that was never placed is refused", () => {
  for (const of of Object.values(command)) {
    if (of.type !== "PlaceOrder") given(order).when(of).isRefused("order-unknown");
  }
});

Deno.test("a customer cancels before and after the confirmation, once", () => {
  given(order, ...placed).when(command.RequestCancellation).yields(event.OrderCancellationStarted);
  given(order, ...confirmed).when(command.RequestCancellation)
    .yields(event.OrderCancellationStarted);
  given(order, ...cancelling).when(command.RequestCancellation).yieldsNothing();
  given(order, ...cancelled).when(command.RequestCancellation).yieldsNothing();
});

Deno.test("a customer cannot cancel what has left", () => {
  const { data } = command.RequestCancellation;
  given(order, ...confirmed)
    .when({ type: "RequestCancellation", data: { ...data, shipmentDispatched: true } })
    .isRefused("order-already-shipped");
  for (const history of [shipped, delivered]) {
    given(order, ...history).when(command.RequestCancellation).isRefused("order-already-shipped");
  }
});

Deno.test("a customer who looked before the dispatch cannot cancel an order that was found to stand", () => {
  given(order, ...stands).when(command.RequestCancellation).isRefused("order-already-shipped");
});

Deno.test("an order is confirmed once, and not while it is being cancelled", () => {
  given(order, ...placed).when(command.ConfirmOrder).yields(event.OrderConfirmed);
  for (const history of [confirmed, cancelling, cancelled, shipped, delivered]) {
    given(order, ...history).when(command.ConfirmOrder).yieldsNothing();
  }
});

Deno.test("a confirmation is withdrawn only while cancelling, once", () => {
  given(order, ...cancelling).when(command.WithdrawConfirmation)
    .yields(event.OrderConfirmationWithdrawn);
  const unconfirmed = [...placed, event.OrderCancellationStarted];
  for (const history of [placed, confirmed, unconfirmed, cancelled]) {
    given(order, ...history).when(command.WithdrawConfirmation).yieldsNothing();
  }
});

Deno.test("fulfilment starts a cancellation unless there is one", () => {
  const started: OrderEvent = {
    type: "OrderCancellationStarted",
    data: { ...command.StartCancellation.data, by: "fulfilment" },
  };
  given(order, ...placed).when(command.StartCancellation).yields(started);
  given(order, ...confirmed).when(command.StartCancellation).yields(started);
  for (const history of [cancelling, cancelled, shipped]) {
    given(order, ...history).when(command.StartCancellation).yieldsNothing();
  }
});

Deno.test("a cancellation is rejected or completed only while it runs", () => {
  given(order, ...cancelling).when(command.RejectCancellation)
    .yields(event.OrderCancellationRejected);
  given(order, ...cancelling).when(command.CompleteCancellation).yields(event.OrderCancelled);
  for (const history of [placed, confirmed, cancelled, stands, shipped]) {
    given(order, ...history).when(command.RejectCancellation).yieldsNothing();
    given(order, ...history).when(command.CompleteCancellation).yieldsNothing();
  }
});

Deno.test("an order is shipped, then delivered, once each", () => {
  given(order, ...confirmed).when(command.MarkShipped).yields(event.OrderShipped);
  given(order, ...stands).when(command.MarkShipped).yields(event.OrderShipped);
  given(order, ...shipped).when(command.MarkShipped).yieldsNothing();
  given(order, ...confirmed).when(command.MarkDelivered).yieldsNothing();
  given(order, ...shipped).when(command.MarkDelivered).yields(event.OrderDelivered);
  given(order, ...delivered).when(command.MarkDelivered).yieldsNothing();
});

const mayBecome: Readonly<Record<OrderStatus | "none", readonly OrderStatus[]>> = {
  none: ["placed"],
  placed: ["placed", "confirmed", "cancelling"],
  confirmed: ["cancelling", "shipped"],
  cancelling: ["cancelling", "cancelled", "confirmed"],
  cancelled: [],
  shipped: ["delivered"],
  delivered: [],
};

const commands = fc.array(
  fc.oneof(
    ...Object.entries(orderCommands).map(([type, schema]) =>
      fc.oneof(
        { weight: 1, arbitrary: arbitraryOf(schema).map((data) => ({ type, data })) },
        { weight: 4, arbitrary: fc.constant(command[type as OrderCommand["type"]]) },
      )
    ),
  ) as fc.Arbitrary<OrderCommand>,
  { maxLength: 30 },
);

Deno.test("an order's status takes only steps that there are, whatever is asked of it", () => {
  fc.assert(fc.property(commands, (asked) => {
    const { history } = runCommands({ decider: order, events: orderEvents }, { commands: asked });
    let state = order.initialState;
    for (const happened of history) {
      const next = order.evolve(state, happened);
      assert.ok(
        mayBecome[state.status].includes(next.status as OrderStatus),
        `${happened.type} makes it "${next.status}" from "${state.status}", which "mayBecome" does not list`,
      );
      state = next;
    }
  }));
});

Deno.test("an order can be folded from any events", () => {
  const anyEvent = fc.constantFrom(...Object.values(event));
  fc.assert(fc.property(fc.array(anyEvent), (history) => {
    history.reduce<ReturnType<typeof order.evolve>>(order.evolve, order.initialState);
  }));
});
