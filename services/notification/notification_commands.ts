import { derivedId } from "@headwater/core";
import { commandHandler, type CommandHandlers, type ServiceDependencies } from "@headwater/http";
import { notificationCommands, notificationIdOf } from "./contract.ts";
import { notification } from "./notification.ts";
import type { NotificationSender } from "./notification_sender.ts";

const sendingDeadlineMs = 1_000;

/** Commands that reach the customer. */
export function notificationCommandHandlers(
  { repository }: Pick<ServiceDependencies, "repository">,
  sender: NotificationSender,
): CommandHandlers {
  const notifications = repository(notification);
  return {
    NotifyCustomer: commandHandler(notificationCommands.NotifyCustomer, async (data, context) => {
      const { orderId, kind } = data;
      const requested = await notifications.handle({ type: "NotifyCustomer", data }, context);
      const notificationId = notificationIdOf(orderId, kind);
      const { state } = await notifications.recall(notificationId);
      if (state.status === "sent") return requested;
      // A crash from here on sends it again under the same id, which the sender knows.
      await sender.send({ notificationId, ...data }, AbortSignal.timeout(sendingDeadlineMs));
      return await notifications.handle(
        { type: "RecordSent", data: { orderId, kind } },
        { ...context, commandId: derivedId(context.commandId, "RecordSent") },
      );
    }),
  };
}
