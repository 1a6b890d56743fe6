import { service } from "@headwater/host";
import { notificationCommandExamples, notificationEventExamples } from "./examples.ts";
import { notification } from "./notification.ts";
import { notificationCommandHandlers } from "./notification_commands.ts";
import { logSender } from "./notification_sender.ts";
import { notificationView } from "./notification_view.ts";
import { notificationRoutes } from "./routes.ts";

export const notificationService = service({
  name: "notification",
  aggregates: [notification],
  views: [notificationView],
  routes: notificationRoutes,
  commands: (dependencies) =>
    notificationCommandHandlers(dependencies, logSender(dependencies.logger)),
  examples: [notificationEventExamples, notificationCommandExamples],
});

export { notification };
