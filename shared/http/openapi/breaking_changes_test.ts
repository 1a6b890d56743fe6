import { defineEvents, field } from "@headwater/core";
import assert from "node:assert/strict";
import { z } from "zod";
import { asyncApi } from "./async_api.ts";
import { breakingChanges } from "./breaking_changes.ts";
import { breakingEvents } from "./breaking_events.ts";
import type { DescribedRoute } from "./described_route.ts";
import { openApi } from "./open_api.ts";

type Declared = DescribedRoute["declared"];

const usual = {
  operation: "openDoor",
  roles: ["public"],
  params: { id: field.id },
  query: z.strictObject({ how: z.enum(["wide", "ajar"]).optional() }),
  body: z.strictObject({ by: z.string().max(20), times: z.int().min(1).max(9).optional() }),
  answer: z.object({
    state: z.enum(["open", "shut"]),
    opener: z.string().nullable(),
    bolts: z.array(z.object({ place: z.string() })),
    reason: z.string().optional(),
  }),
} satisfies Declared;

function document(changed: Partial<Declared> = {}, path = "/api/doors/:id") {
  const route = { service: "door", method: "POST", path, declared: { ...usual, ...changed } };
  return openApi({ title: "doors", version: "1", at: "gateway", routes: [route] });
}

function broken(changed: Partial<Declared>): readonly string[] {
  return breakingChanges(document(), document(changed))
    .map((what) => what.replace("POST /api/doors/{id}: ", ""));
}

Deno.test("what goes on as it was, or takes more and tells more, breaks nobody", () => {
  const { body, answer } = usual;
  for (
    const changed of [
      {},
      { body: body.extend({ by: z.string().max(30), why: z.string().optional() }) },
      { body: body.partial() },
      { query: usual.query.extend({ more: z.string().optional() }) },
      { answer: answer.extend({ since: z.iso.datetime(), reason: z.string() }) },
      { answer: answer.extend({ state: z.enum(["open"]), opener: z.string() }) },
      { refusals: ["door-locked"], roles: ["public", "operator"] },
      { summary: "Opens it", rate: { requests: 1, windowMs: 1_000 } },
    ]
  ) {
    assert.deepEqual(broken(changed), []);
  }
});

Deno.test("a route, its name or a role that is gone is told", () => {
  assert.deepEqual(breakingChanges(document(), document({}, "/api/gates/:id")), [
    "POST /api/doors/{id} is gone",
  ]);
  assert.deepEqual(broken({ operation: "open", roles: ["operator"] }), [
    'it is called "open", and was "openDoor"',
    'it is not for "public" any more',
  ]);
});

Deno.test("what is asked for beside, and what is taken no more, is told where it is", () => {
  const { body, query } = usual;
  const changes: readonly [Partial<Declared>, string][] = [
    [{ query: query.required() }, 'query parameter "how" is required'],
    [{ query: z.strictObject({}) }, 'query parameter "how" is not taken any more'],
    [
      { query: query.extend({ how: z.enum(["wide"]) }).partial() },
      'query parameter "how" may be "ajar", which is not taken',
    ],
    [{ body: body.extend({ why: z.string() }) }, "body.why is missing"],
    [{ body: body.required() }, "body.times may be missing"],
    [{ body: body.omit({ times: true }) }, "body.times is not taken"],
    [{ body: body.extend({ by: z.string().max(9) }) }, "body.by has maxLength 20 where 9 is taken"],
    [
      { body: body.extend({ by: z.string().max(20).regex(/^a/) }) },
      "body.by has pattern none where ^a is taken",
    ],
    [{ body: body.extend({ by: z.int() }) }, "body.by is string where integer is taken"],
    [{ body: body.refine(() => true, "Must knock") }, "body has a new rule: Must knock"],
  ];
  for (const [changed, said] of changes) assert.deepEqual(broken(changed), [said]);
});

Deno.test("what an answer lacks, or has in another way, is told where it is", () => {
  const { answer } = usual;
  const changes: readonly [Partial<Declared>, string][] = [
    [{ answer: answer.omit({ opener: true }) }, "answer.opener is missing"],
    [{ answer: answer.omit({ reason: true }) }, "answer.reason is gone"],
    [{ answer: answer.partial({ state: true }) }, "answer.state may be missing"],
    [
      { answer: answer.extend({ state: z.enum(["open", "shut", "ajar"]) }) },
      'answer.state may be "ajar", which is not taken',
    ],
    [
      { answer: answer.extend({ reason: z.string().nullable() }) },
      "answer.reason may be null, which was not so",
    ],
    [
      { answer: answer.extend({ bolts: z.array(z.object({ place: z.int() })) }) },
      "answer.bolts[].place is integer where string is taken",
    ],
    [{ answer: z.unknown() }, "answer may be anything, and was object"],
  ];
  for (const [changed, said] of changes) assert.deepEqual(broken(changed), [said]);
});

Deno.test("a schema that has got a name is what it was, and one with a name is looked into", () => {
  const named = (state: z.ZodType) => z.object({ door: z.object({ state }).meta({ id: "Door" }) });
  const plain = z.object({ door: z.object({ state: z.string() }) });
  const before = document({ answer: plain });
  assert.deepEqual(breakingChanges(before, document({ answer: named(z.string()) })), []);
  assert.deepEqual(breakingChanges(before, document({ answer: named(z.int()) })), [
    "POST /api/doors/{id}: answer.door.state is integer where string is taken",
  ]);
});

Deno.test("an event that is gone, or that a reader would not know again, is told", () => {
  function events(schemas: Readonly<Record<string, z.ZodType>>) {
    const channel = { service: "door", events: defineEvents("door", schemas), readers: [] };
    return asyncApi({ title: "doors", version: "1", channels: [channel] });
  }
  const opened = z.object({ doorId: z.string() });
  const before = events({ DoorOpened: opened, DoorShut: opened });
  assert.deepEqual(
    breakingEvents(
      before,
      events({ DoorOpened: opened.extend({ by: z.string() }), DoorShut: opened, Rang: opened }),
    ),
    [],
  );
  assert.deepEqual(breakingEvents(before, events({ DoorShut: z.object({ doorId: z.int() }) })), [
    "door.DoorOpened is gone",
    "door.DoorShut: data.doorId is integer where string is taken",
  ]);
});
