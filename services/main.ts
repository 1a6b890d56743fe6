import { run } from "@headwater/host";
import { newCommand } from "@headwater/scaffold";
import { runDemo, runTimeline } from "@shop/demo";
import { runStranglerDemo } from "@shop/strangler-demo";
import { shop } from "./app.ts";

const workspace = {
  application: shop,
  root: new URL("../", import.meta.url),
  app: "services/app.ts",
  scope: "@shop",
};

if (import.meta.main) {
  await run(shop, {
    demo: (args) => runDemo(shop, args),
    "demo:strangler": (args) => runStranglerDemo(shop, args),
    timeline: (args) => runTimeline(shop, args),
    new: (args) => newCommand(workspace, args),
  });
}
