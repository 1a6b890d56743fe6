import { defineEvents } from "@headwater/core";
import { equal, throws } from "node:assert/strict";
import { z } from "zod";
import { participant } from "./participant.ts";
import { policy } from "./policy.ts";

const parcelEvents = defineEvents("parcel", {
  Posted: z.strictObject({ parcelId: z.string(), grams: z.int() }),
  Handed: z.strictObject({ parcelId: z.string() }),
});
const billCommands = {
  Charge: z.strictObject({ parcelId: z.string(), grams: z.int() }),
  Close: z.strictObject({ parcelId: z.string() }),
};

const parcels = participant("parcels", { commands: {}, events: parcelEvents });
const billing = participant("billing", {
  commands: billCommands,
  events: defineEvents("bill", { Billed: z.strictObject({ parcelId: z.string() }) }),
});

Deno.test("types: a policy's event and command follow from the contracts", () => {
  const shape = { name: "charging", of: billing } as const;
  const posted = parcels.event("Posted");

  const right = policy({
    ...shape,
    when: posted,
    then: ({ data, id, recordedAt }) =>
      id < recordedAt ? undefined : { type: "Charge", data: { ...data, grams: data.grams + 1 } },
    key: ({ data }) => data.parcelId,
  });
  equal(right.service, "billing");

  const inert = () => undefined;
  // @ts-expect-error -- the contract has no such event
  throws(() => parcels.event("Lost"));
  // @ts-expect-error -- the event has no such value
  policy({ ...shape, when: parcels.event("Posted", { where: { grams: "heavy" } }), then: inert });
  policy({
    ...shape,
    when: posted,
    // @ts-expect-error -- the event has no such data
    then: ({ data }) => ({ type: "Close", data: { parcelId: data.owner } }),
  });
  policy({
    ...shape,
    when: parcels.event("Handed"),
    // @ts-expect-error -- another event of the contract has
    then: ({ data: { grams } }) => ({ type: "Charge", data: { parcelId: "p-1", grams } }),
  });
  policy({
    ...shape,
    when: posted,
    // @ts-expect-error -- the service takes no such command
    then: ({ data }) => ({ type: "Burn", data }),
  });
  policy({
    ...shape,
    when: posted,
    // @ts-expect-error -- the command wants more
    then: ({ data: { parcelId } }) => ({ type: "Charge", data: { parcelId } }),
  });
  policy({
    ...shape,
    when: posted,
    // @ts-expect-error -- the command's data are of another type
    then: ({ data }) => ({ type: "Charge", data: { ...data, grams: "heavy" } }),
  });
  policy({
    ...shape,
    when: posted,
    then: inert,
    // @ts-expect-error -- a key is text
    key: ({ data }) => data.grams,
  });
});
