import { traceCollector } from "@headwater/host/testing";
import assert from "node:assert/strict";
import { assertIsTold, isWhole, placeTraced, storyOf } from "../scenarios/order_trace.ts";
import { makeDataPlace } from "./data_place.ts";
import { startDev } from "./dev_process.ts";

Deno.test({
  name: "one trace tells an order's way through the processes of a split shop",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using collector = traceCollector();
    await using place = await makeDataPlace();
    await using dev = startDev(place.directory, { args: ["--split"], env: collector.env });
    const { url } = await dev.ready();
    await placeTraced((request) => {
      const { pathname } = new URL(request.url);
      return fetch(new Request(`${url}${pathname}`, request));
    });
    const spans = await collector.until((spans) => isWhole(spans.map(storyOf)));
    assertIsTold(spans.map(storyOf));
    // Nobody sees who looks whether it is well
    assert.deepEqual(spans.filter(({ name }) => name.includes("/health/ready")), []);
    await dev.stop();
  },
});
