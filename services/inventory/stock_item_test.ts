import { arbitraryOf, given, runCommands } from "@headwater/testing";
import { persistentMap } from "@headwater/core";
import fc from "fast-check";
import assert from "node:assert/strict";
import { stockItemCommands, type StockItemEvent, stockItemEvents } from "./contract.ts";
import {
  stockItemCommandExamples as command,
  stockItemEventExamples as event,
} from "./examples.ts";
import { stockItem } from "./stock_item.ts";

const reserved = [event.StockReceived, event.StockReserved];

Deno.test("stock is received as often as it comes", () => {
  given(stockItem).when(command.ReceiveStock).yields(event.StockReceived);
  given(stockItem, event.StockReceived).when(command.ReceiveStock).yields(event.StockReceived);
});

Deno.test("stock that no integer counts is refused", () => {
  const most = { sku: "SKU1", quantity: Number.MAX_SAFE_INTEGER };
  given(stockItem, { type: "StockReceived", data: most })
    .when(command.ReceiveStock).isRefused("stock-too-large");
});

Deno.test("stock is reserved for an order once, up to the last piece", () => {
  const lastTwo: StockItemEvent = { type: "StockReceived", data: { sku: "SKU1", quantity: 2 } };
  given(stockItem, lastTwo).when(command.ReserveStock).yields(event.StockReserved);
  given(stockItem, ...reserved).when(command.ReserveStock).yieldsNothing();
});

Deno.test("a reservation beyond what is available is rejected, for others to react", () => {
  const one: StockItemEvent = { type: "StockReceived", data: { sku: "SKU1", quantity: 1 } };
  given(stockItem, one).when(command.ReserveStock).yields(event.StockReservationRejected);
  given(stockItem).when(command.ReserveStock).yields({
    ...event.StockReservationRejected,
    data: { ...event.StockReservationRejected.data, available: 0 },
  });
});

Deno.test("another quantity for the same order is refused", () => {
  const more = { ...command.ReserveStock.data, quantity: 3 };
  given(stockItem, ...reserved)
    .when({ type: "ReserveStock", data: more }).isRefused("reservation-exists");
});

Deno.test("what is reserved is released or shipped, once", () => {
  given(stockItem, ...reserved).when(command.ReleaseStock).yields(event.StockReleased);
  given(stockItem, ...reserved).when(command.ShipStock).yields(event.StockShipped);
  for (const ended of [event.StockReleased, event.StockShipped]) {
    given(stockItem, ...reserved, ended).when(command.ReleaseStock).yieldsNothing();
    given(stockItem, ...reserved, ended).when(command.ShipStock).yieldsNothing();
  }
  given(stockItem).when(command.ReleaseStock).yieldsNothing();
});

Deno.test("orders with the names of an object's own parts are orders like others", () => {
  for (const orderId of ["__proto__", "constructor", "toString"]) {
    const data = { sku: "SKU1", orderId, quantity: 2 };
    given(stockItem, event.StockReceived)
      .when({ type: "ReserveStock", data }).yields({ type: "StockReserved", data });
    given(stockItem, event.StockReceived, { type: "StockReserved", data })
      .when({ type: "ShipStock", data: { sku: "SKU1", orderId } })
      .yields({ type: "StockShipped", data });
  }
});

const orderId = fc.constantFrom("order-1", "order-2", "order-3", "__proto__");
const anyQuantity = arbitraryOf(stockItemCommands.ReceiveStock.shape.quantity);
const quantity = fc.oneof(fc.integer({ min: 1, max: 5 }), anyQuantity);
const sku = fc.constant("SKU1");
const commands = fc.array(fc.oneof(
  fc.record({ type: fc.constant("ReceiveStock" as const), data: fc.record({ sku, quantity }) }),
  fc.record({
    type: fc.constant("ReserveStock" as const),
    data: fc.record({ sku, orderId, quantity }),
  }),
  fc.record({
    type: fc.constantFrom("ReleaseStock" as const, "ShipStock" as const),
    data: fc.record({ sku, orderId }),
  }),
));

Deno.test("stock is never negative and always adds up, whatever is asked of it", () => {
  fc.assert(fc.property(commands, (asked) => {
    const { state, history } = runCommands({ decider: stockItem, events: stockItemEvents }, {
      commands: asked,
      adding: ["ReceiveStock"],
    });
    const sum = (type: StockItemEvent["type"]) =>
      history.filter((happened) => happened.type === type)
        .reduce((total, { data }) => total + data.quantity, 0);
    const pieces = [...persistentMap.entries(state.reserved)].map(([, reserved]) => reserved);
    const held = pieces.reduce((total, reserved) => total + reserved, 0);
    assert.ok(state.available >= 0);
    assert.ok(pieces.every((reserved) => reserved > 0));
    assert.equal(sum("StockReceived"), state.available + held + sum("StockShipped"));
    assert.equal(sum("StockReserved"), held + sum("StockShipped") + sum("StockReleased"));
  }));
});
