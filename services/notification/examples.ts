import { type NotificationCommand, type NotificationEvent, notificationIdOf } from "./contract.ts";

const notice = {
  customerId: "customer-1",
  orderId: "order-1",
  kind: "order-confirmed" as const,
};
const notificationId = notificationIdOf(notice.orderId, notice.kind);

/** One valid example of every event; they are all of the same notification. */
export const notificationEventExamples: {
  readonly [Type in NotificationEvent["type"]]: Extract<NotificationEvent, { type: Type }>;
} = {
  NotificationRequested: { type: "NotificationRequested", data: { notificationId, ...notice } },
  NotificationSent: { type: "NotificationSent", data: { notificationId, ...notice } },
};

/** One valid example of every command. */
export const notificationCommandExamples: {
  readonly [Type in NotificationCommand["type"]]: Extract<NotificationCommand, { type: Type }>;
} = {
  NotifyCustomer: { type: "NotifyCustomer", data: notice },
};
