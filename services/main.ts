import { run } from "@headwater/host";
import { runDemo, runTimeline } from "@shop/demo";
import { shop } from "./app.ts";

if (import.meta.main) {
  await run(shop, {
    demo: (args) => runDemo(shop, args),
    timeline: (args) => runTimeline(shop, args),
  });
}
