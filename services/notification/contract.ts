import { z } from "zod";
import { type CommandOf, defineEvents, derivedId, type EventOf, field } from "@headwater/core";

export const notificationKind = z.enum(["order-confirmed", "order-cancelled", "payment-overdue"]);
const notification = {
  notificationId: z.string(),
  customerId: field.id,
  orderId: field.id,
  kind: notificationKind,
};

export const notificationEvents = defineEvents("notification", {
  NotificationRequested: z.object(notification),
  NotificationSent: z.object(notification),
});
export type NotificationEvent = EventOf<typeof notificationEvents>;
export type NotificationKind = z.output<typeof notificationKind>;

export const notificationCommands = {
  /** Sends it, once per order and kind. */
  NotifyCustomer: z.strictObject({
    customerId: field.id,
    orderId: field.id,
    kind: notificationKind,
  }),
};
export type NotificationCommand = CommandOf<typeof notificationCommands>;

/** One per order and kind. */
export function notificationIdOf(orderId: string, kind: NotificationKind): string {
  return derivedId("notification", orderId, kind);
}
