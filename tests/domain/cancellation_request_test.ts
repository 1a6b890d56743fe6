import { openInMemory } from "@headwater/host/testing";
import { orderService } from "@shop/order";
import { repository } from "@headwater/core";
import { shipment } from "@shop/shipping";
import { shipmentIdOf } from "@shop/shipping/contract";
import assert from "node:assert/strict";
import { placement } from "./placement_example.ts";

Deno.test("a cancellation sent again after the parcel has left gets its first answer", async () => {
  const { log, post: send } = openInMemory(orderService);
  function post(path: string, body: unknown): Promise<Response> {
    return send(path, body, { "Idempotency-Key": path });
  }
  async function cancel(): Promise<unknown[]> {
    const { status, headers, ...response } = await answer(
      await post("/api/orders/order-1/cancel", { reason: "too slow" }),
    );
    return [status, headers.get("ETag"), headers.get("X-Position"), response.body];
  }

  assert.equal((await answer(await post("/api/orders", placement))).status, 202);
  const first = await cancel();
  assert.equal(first[0], 202);
  await dispatch("order-1");
  assert.deepEqual(await cancel(), first);

  async function dispatch(orderId: string): Promise<void> {
    const shipments = repository(shipment, { log });
    const shipmentId = shipmentIdOf(orderId);
    const address = placement.shippingAddress;
    for (
      const command of [
        { type: "ArrangeShipment" as const, data: { orderId, address } },
        { type: "DispatchShipment" as const, data: { shipmentId } },
      ]
    ) {
      const context = { commandId: crypto.randomUUID(), correlationId: "test" };
      await shipments.handle(command, context);
    }
  }
});

async function answer(response: Response) {
  return { status: response.status, headers: response.headers, body: await response.json() };
}
