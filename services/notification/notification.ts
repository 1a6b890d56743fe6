import { aggregate } from "@headwater/core";
import {
  type NotificationCommand,
  notificationCommands,
  type NotificationEvent,
  notificationEvents,
  notificationIdOf,
  type NotificationKind,
} from "./contract.ts";

/** The sender took it; the service says it to itself. */
export type RecordSent = {
  readonly type: "RecordSent";
  readonly data: { readonly orderId: string; readonly kind: NotificationKind };
};

export type NotificationState = {
  readonly status: "none" | "requested" | "sent";
  readonly requested?: Extract<NotificationEvent, { type: "NotificationRequested" }>["data"];
};

const initialState: NotificationState = { status: "none" };

export const notification = aggregate({
  events: notificationEvents,
  commands: notificationCommands,
  id: ({ data }) => notificationIdOf(data.orderId, data.kind),
  initialState,
  decide,
  evolve,
});

function decide(
  command: NotificationCommand | RecordSent,
  { status, requested }: NotificationState,
): readonly NotificationEvent[] {
  switch (command.type) {
    case "NotifyCustomer": {
      const { orderId, kind } = command.data;
      const notificationId = notificationIdOf(orderId, kind);
      return status === "none"
        ? [{ type: "NotificationRequested", data: { notificationId, ...command.data } }]
        : [];
    }
    case "RecordSent":
      return status === "requested" && requested
        ? [{ type: "NotificationSent", data: requested }]
        : [];
  }
}

function evolve(state: NotificationState, event: NotificationEvent): NotificationState {
  switch (event.type) {
    case "NotificationRequested":
      return { status: "requested", requested: event.data };
    case "NotificationSent":
      return { ...state, status: "sent" };
  }
}
