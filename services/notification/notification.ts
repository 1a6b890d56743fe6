import type { Decider } from "@headwater/core";
import { type NotificationCommand, type NotificationEvent, notificationIdOf } from "./contract.ts";

/** The sender took it; the service says it to itself. */
export type RecordSent = { readonly type: "RecordSent"; readonly data: Record<never, never> };

export type NotificationState = {
  readonly status: "none" | "requested" | "sent";
  readonly requested?: Extract<NotificationEvent, { type: "NotificationRequested" }>["data"];
};

export const notification: Decider<
  NotificationCommand | RecordSent,
  NotificationEvent,
  NotificationState
> = {
  initialState: { status: "none" },
  decide(command, state) {
    switch (command.type) {
      case "NotifyCustomer": {
        const { orderId, kind } = command.data;
        const notificationId = notificationIdOf(orderId, kind);
        return state.status === "none"
          ? [{ type: "NotificationRequested", data: { notificationId, ...command.data } }]
          : [];
      }
      case "RecordSent":
        return state.status === "requested" && state.requested
          ? [{ type: "NotificationSent", data: state.requested }]
          : [];
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case "NotificationRequested":
        return { status: "requested", requested: event.data };
      case "NotificationSent":
        return { ...state, status: "sent" };
    }
  },
};
