import { toService } from "@headwater/http";
import type { ServiceDefinition } from "@headwater/host";
import { logSender } from "./notification_sender.ts";
import { notificationView } from "./notification_view.ts";
import { notificationRoutes } from "./routes.ts";

export const notificationService: ServiceDefinition = {
  name: "notification",
  categories: ["notification"],
  views: [notificationView],
  processes: [],
  create: (dependencies) =>
    toService(notificationRoutes(dependencies, logSender(dependencies.logger))),
};

export { notification } from "./notification.ts";
