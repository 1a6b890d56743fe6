import { run } from "@headwater/host";
import { shop } from "./app.ts";

// What most processes do without is loaded by those commands that need it
if (import.meta.main) {
  await run(shop, {
    async demo(args) {
      const { runDemo } = await import("@shop/demo");
      return await runDemo(shop, args);
    },
    async "demo:strangler"(args) {
      const { runStranglerDemo } = await import("@shop/strangler-demo");
      return await runStranglerDemo(shop, args);
    },
    async timeline(args) {
      const { runTimeline } = await import("@shop/demo");
      return await runTimeline(shop, args);
    },
    async new(args) {
      const { newCommand } = await import("@headwater/scaffold");
      const root = new URL("../", import.meta.url);
      return await newCommand(
        { application: shop, root, app: "services/app.ts", scope: "@shop" },
        args,
      );
    },
  });
}
