export { timelineService } from "./timeline_service.ts";
