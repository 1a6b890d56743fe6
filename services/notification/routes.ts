import { z } from "zod";
import { AggregateStore, derivedId, handleCommand, idSchema } from "@headwater/core";
import {
  commandEndpoint,
  createServiceApp,
  readQuery,
  readsFrom,
  type ServiceApp,
  type ServiceDependencies,
} from "@headwater/http";
import { notificationCommands, notificationEvents, notificationIdOf } from "./contract.ts";
import { notification } from "./notification.ts";
import type { NotificationSender } from "./notification_sender.ts";
import { listNotifications, notificationView } from "./notification_view.ts";

const sendingDeadlineMs = 1_000;

const listing = z.strictObject({
  customerId: idSchema.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().regex(/^\d{1,15}$/, "Must be the nextCursor of an earlier page").optional(),
});

export function notificationRoutes(
  dependencies: ServiceDependencies,
  sender: NotificationSender,
): ServiceApp {
  const { log, sql, readModels, random } = dependencies;
  const app = createServiceApp("notification", dependencies);
  const notifications = new AggregateStore({
    log,
    decider: notification,
    events: notificationEvents,
  });

  commandEndpoint(app, {
    NotifyCustomer: {
      schema: notificationCommands.NotifyCustomer,
      async handle(data, context) {
        const id = notificationIdOf(data.orderId, data.kind);
        const command = { type: "NotifyCustomer" as const, data };
        const requested = await handleCommand(notifications, { id, command, context, random });
        const { state } = await notifications.load(id);
        if (state.status === "sent") return requested;
        // A crash from here on sends it again under the same id, which the sender knows.
        const message = { notificationId: id, ...data };
        await sender.send(message, AbortSignal.timeout(sendingDeadlineMs));
        return await handleCommand(notifications, {
          id,
          command: { type: "RecordSent", data: {} },
          context: { ...context, commandId: derivedId(context.commandId, "RecordSent") },
          random,
        });
      },
    },
  });

  app.get("/notifications", readsFrom(readModels, notificationView), async (c) => {
    const { cursor, ...filter } = readQuery(c, listing);
    const before = cursor === undefined ? undefined : Number(cursor);
    return c.json(await listNotifications(sql, { ...filter, before }));
  });
  return app;
}
