import type { Log } from "@headwater/core";
import type { NotificationKind } from "./contract.ts";

export type Message = {
  /** The sender knows a repeated message by it and sends it once. */
  readonly notificationId: string;
  readonly customerId: string;
  readonly orderId: string;
  readonly kind: NotificationKind;
};

/** Carries messages to customers. Errors: `Unavailable`: nothing was sent. */
export interface NotificationSender {
  send(message: Message, signal: AbortSignal): Promise<void>;
}

/** Writes the messages to the log of the service instead of sending them. */
export function logSender(logger: Log): NotificationSender {
  return {
    send(message) {
      logger.debug("customer notified", message);
      return Promise.resolve();
    },
  };
}
