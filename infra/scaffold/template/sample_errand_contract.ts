import { sagaEvents } from "@headwater/sagas";
import { z } from "zod";

/** What a sample errand keeps in streams of its own, by the sample account that it is about. */
export const sampleErrandEvents = sagaEvents("sampleErrand", {
  key: "sampleAccountId",
  start: z.object({ sampleAccountId: z.string() }),
});
