import { assertEventsRoundTrip } from "@headwater/testing";
import { sampleErrandEvents } from "./sample_errand_contract.ts";

Deno.test("every event of a sample errand is read as it was written", () => {
  assertEventsRoundTrip(sampleErrandEvents);
});
