import { aggregate, defineEvents, type View } from "@headwater/core";
import { readsFrom, routes } from "@headwater/http";
import assert from "node:assert/strict";
import { z } from "zod";
import { application } from "./application.ts";
import { service, type ServiceDefinition } from "./service.ts";

const doorEvents = defineEvents("door", { DoorOpened: z.object({ doorId: z.string() }) });
const door = aggregate({
  events: doorEvents,
  commands: { OpenDoor: z.object({ doorId: z.string() }) },
  id: ({ data }) => data.doorId,
  initialState: "closed",
  decide: ({ data }) => [{ type: "DoorOpened", data }],
  evolve: () => "open",
});
const doors = service({ name: "doors", aggregates: [door] });
const view = { name: "open-doors", reads: [doorEvents] } as unknown as View;

function put(...services: readonly ServiceDefinition[]) {
  return application({ name: "house", services, createGateway: () => () => fail() });
}

function fail(): never {
  throw new Error("Cannot call: nobody is there");
}

Deno.test("a service owns the categories of its aggregates, and that of the requests it takes", () => {
  assert.deepEqual(doors.categories, ["door", "doorsRequest"]);
  assert.deepEqual(service({ name: "reader", views: [view] }).categories, []);
});

Deno.test("services that fit are put together", () => {
  const house = put(doors, service({ name: "reader", views: [view] }));
  assert.deepEqual(house.services.map(({ name }) => name), ["doors", "reader"]);
});

Deno.test("what two services claim is refused with both their names", () => {
  const shown = routes().get("/api/doors/:id", (c) => c.text("open"));
  assert.throws(
    () =>
      put(
        service({ name: "doors", aggregates: [door], routes: shown, views: [view] }),
        service({ name: "gates", aggregates: [door], routes: shown, views: [view] }),
      ),
    {
      message: 'Cannot put application "house" together: ' +
        'category "door" belongs to "doors" and "gates"; ' +
        'view "open-doors" belongs to "doors" and "gates"; ' +
        'route GET /api/doors/:id belongs to "doors" and "gates"',
    },
  );
  assert.throws(() => put(doors, doors), /: service "doors" belongs to "doors" and "doors"; /);
});

Deno.test("two views of a service have no table in common", () => {
  const open = { ...view, table: "open_door" };
  const counted = { ...open, name: "door-counts", table: "door", sums: { table: "open_door" } };
  const views = [open, counted] as unknown as readonly View[];
  assert.throws(() => put(doors, service({ name: "reader", views })), {
    message: 'Cannot put application "house" together: ' +
      'table "open_door" of "reader" belongs to views "open-doors" and "door-counts"',
  });
  put(
    doors,
    service({ name: "one", views: [open] }),
    service({ name: "other", views: [{ ...open, name: "more" }] }),
  );
});

Deno.test("events that nobody writes cannot be read", () => {
  assert.throws(() => put(service({ name: "reader", views: [view] })), {
    message: 'Cannot put application "house" together: ' +
      'view "open-doors" of "reader" reads category "door", which no service writes',
  });
});

Deno.test("a view that a route reads is not forgotten where its service is defined", () => {
  const reader = {
    ...{ name: "reader", views: [view] },
    routes: routes().get("/api/doors", readsFrom(view), (c) => c.text("open")),
  };
  put(doors, service(reader));
  assert.throws(
    () => put(doors, service({ ...reader, views: [] })),
    /: route GET \/api\/doors reads view "open-doors", which "reader" lacks$/,
  );
});

Deno.test("numbers of calls that cannot work are refused before anything is started", () => {
  const resilience = { targets: { doors: { tryMs: 19_000 }, dors: {} } };
  assert.throws(() => application({ ...put(doors), resilience }), {
    message: 'Cannot put application "house" together: ' +
      "resilience.targets.dors is not known, known: doors; " +
      "resilience.targets.doors.tryMs is 19000, allowed: at most totalMs, 10000: no try would get so long",
  });
});
