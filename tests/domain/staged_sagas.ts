import { fulfilmentSaga, paymentReminderSaga } from "@shop/order";
import { generatedSaga, sagaOf, type Stage } from "@headwater/testing/explorer";
import { placement } from "./placement_example.ts";

const { orderId } = placement;

/** A parcel that has left cannot be called back. */
export const stagedFulfilment: Stage = {
  saga: fulfilmentSaga,
  begin: { type: "OrderPlaced", data: { ...placement, total: 2_999 } },
  outside: {
    dispatched: { after: ["arrange-shipment"], bars: ["cancel-shipment"] },
    delivered: { after: ["dispatched"] },
  },
};

export const stagedReminder: Stage = {
  saga: paymentReminderSaga,
  begin: { type: "PaymentOutcomeUnknown", data: { orderId } },
};

/** Sagas of the shop, and, mostly, of up to six steps that are made up; the same for the same seed. */
export function stagedSaga(seed: number): Stage {
  switch (seed % 8) {
    case 0:
    case 1:
      return stagedFulfilment;
    case 2:
      return stagedReminder;
    default:
      return sagaOf(generatedSaga(seed));
  }
}
