import { acts, time } from "@headwater/core";
import type { ServiceDatabase } from "@headwater/host";
import { sagasActs } from "@headwater/sagas";
import type { Placement, ShopClient } from "@shop/judge";
import { shipmentIdOf } from "@shop/shipping/contract";
import type { OrderWatch } from "./order_watch.ts";

/** Where a story is played. */
export type Stage = {
  readonly client: ShopClient;
  readonly watch: OrderWatch;
  readonly databases: readonly ServiceDatabase[];
  /** Stops a process, as SIGSTOP does, and gives what lets it go on. */
  freeze(service: string): () => void;
};

/** An order whose fulfilment goes a certain way, and the part of that way that is tried with it. */
export type BoundaryStory = {
  readonly title: string;
  readonly placement: Placement;
  /** Names of the first and the last event of that part; default: of all of it. */
  readonly from?: string;
  readonly until?: string;
  /** Statuses with which it may end; the first is that of the way that is tried. */
  readonly ends: readonly string[];
  /** What people do once it is placed. */
  live?(orderId: string, stage: Stage): Promise<void>;
};

export const stock: ReadonlyMap<string, number> = new Map([
  ...[["TEA", 1_000_000], ["MUG", 1_000_000], ["LAST", 1]] as const,
]);

function line(sku: string, quantity: number) {
  return { sku, quantity, unitPrice: 450 };
}
const lines = [line("TEA", 2), line("MUG", 1)];
/** Nobody delivers there. */
const shippingAddress = {
  ...{ name: "Robinson Crusoe", line1: "The beach", city: "Island" },
  ...{ postalCode: "00000", country: "XX" },
};
const confirmed = "fulfilment StepDone notify:order-confirmed";
const retried = "fulfilment StepRetried refund-payment";

export const boundaryStories: readonly BoundaryStory[] = [
  {
    title: "delivered",
    placement: { lines },
    ends: ["delivered"],
    async live(orderId, { client, watch }) {
      await watch.until(orderId, confirmed);
      await accepted(client.dispatch(shipmentIdOf(orderId)));
      await watch.until(orderId, "fulfilment StepDone mark-shipped");
      await accepted(client.deliver(shipmentIdOf(orderId)));
    },
  },
  {
    title: "undeliverable",
    placement: { lines, shippingAddress },
    from: "shipment ShipmentRefused",
    ends: ["cancelled"],
  },
  {
    title: "cancelled",
    placement: { lines },
    from: "order OrderCancellationStarted",
    until: "order OrderConfirmationWithdrawn",
    ends: ["cancelled"],
    async live(orderId, { client, watch }) {
      await watch.until(orderId, confirmed);
      await accepted(client.cancel(orderId));
    },
  },
  {
    title: "cancelled as it leaves",
    placement: { lines },
    from: "order OrderCancellationStarted",
    ends: ["shipped", "cancelled"],
    live: cancelAsItLeaves,
  },
  {
    title: "refund held",
    placement: { lines, shippingAddress, paymentMethod: "pm_held" },
    from: "fulfilment StepStuck refund-payment",
    ends: ["cancelled"],
    live: retryRefund,
  },
  {
    title: "payment not answered",
    placement: { lines, paymentMethod: "pm_timeout" },
    from: "payment PaymentOutcomeUnknown",
    until: "fulfilment StepDone charge-payment",
    ends: ["confirmed"],
  },
  {
    title: "payment declined",
    placement: { lines, paymentMethod: "pm_declined" },
    from: "payment PaymentDeclined",
    until: "order OrderCancellationStarted",
    ends: ["cancelled"],
  },
  {
    title: "sold out",
    placement: { lines: [line("TEA", 1), line("LAST", 2)] },
    from: "stockItem StockReservationRejected LAST",
    until: "fulfilment StepDone release-stock:TEA",
    ends: ["cancelled"],
  },
];

/** The parcel is handed over while the cancellation is on its way to those who have it: one of both wins. */
async function cancelAsItLeaves(
  orderId: string,
  { client, watch, freeze }: Stage,
): Promise<void> {
  await watch.until(orderId, confirmed);
  const thaw = freeze("shipping");
  try {
    const dispatching = client.dispatch(shipmentIdOf(orderId));
    const cancelling = client.cancel(orderId);
    await Promise.race([cancelling, watch.until(orderId, "order OrderCancellationStarted")]);
    thaw();
    for (const { status, body } of await Promise.all([dispatching, cancelling])) {
      if (status !== 202 && status !== 409) throw new Error(`${status} ${JSON.stringify(body)}`);
    }
  } finally {
    thaw();
  }
}

/** An operator, whose act may be lost with whoever is killed, until it was heard. */
async function retryRefund(orderId: string, { watch, databases }: Stage): Promise<void> {
  await watch.until(orderId, "fulfilment StepStuck refund-payment");
  const words = ["retry", orderId, "--reason", "the bank has been called"];
  const heard = watch.until(orderId, retried);
  const acting = (async () => {
    while (!watch.saw(orderId, retried)) {
      await acts.operatorsCommand(sagasActs, words, {
        context: { databases },
        print() {},
        isTerminal: false,
      }).catch(() => {});
      await time.pause(100);
    }
  })();
  await heard;
  await acting;
}

async function accepted(answering: ReturnType<ShopClient["dispatch"]>): Promise<void> {
  const { status, body } = await answering;
  if (status !== 202) throw new Error(`Cannot go on: ${status} ${JSON.stringify(body)}`);
}
