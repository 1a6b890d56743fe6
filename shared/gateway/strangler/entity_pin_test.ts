import { given, runCommands } from "@headwater/testing";
import fc from "fast-check";
import assert from "node:assert/strict";
import { pinCommands as command, pinEvents as event } from "../testing/strangler_examples.ts";
import { type EntityPinCommand, entityPinEvents } from "./contract.ts";
import { entityPin, pinIdOf } from "./entity_pin.ts";
import { type Side, sideOf } from "./side_of.ts";

const pinned = [event.EntityPinned];

Deno.test("an entity is pinned once, and stays with the side that was said first", () => {
  given(entityPin).when(command.PinEntity).yields(event.EntityPinned);
  given(entityPin, ...pinned).when(command.PinEntity).yieldsNothing();
  const other = { ...command.PinEntity.data, side: "legacy" as const };
  given(entityPin, ...pinned).when({ type: "PinEntity", data: other }).yieldsNothing();
});

Deno.test("an entity is moved once, also one without a pin", () => {
  given(entityPin, ...pinned).when(command.MoveEntity).yields(event.EntityMoved);
  given(entityPin, ...pinned, event.EntityMoved).when(command.MoveEntity).yieldsNothing();
  const { from: _, ...first } = event.EntityMoved.data;
  given(entityPin).when(command.MoveEntity).yields({ type: "EntityMoved", data: first });
});

Deno.test("the same entity of two routes has two pins", () => {
  assert.notEqual(pinIdOf("catalog", "SKU1"), pinIdOf("orders", "SKU1"));
});

Deno.test("an entity never changes its side without a move, whatever is decided of its route", () => {
  const side = fc.constantFrom<Side>("legacy", "new");
  const happening = fc.oneof(
    fc.record({ percent: fc.integer({ min: 0, max: 10_000 }).map((share) => share / 100) }),
    fc.record({ isWritten: fc.constant(true) }),
    fc.record({ subject: fc.string() }),
    fc.record({ moved: side }),
  );
  fc.assert(fc.property(fc.array(happening, { maxLength: 30 }), (happenings) => {
    let [percent, subject] = [0, "customer-1"];
    let expected: Side | undefined;
    const commands: EntityPinCommand[] = [];
    for (const happened of happenings) {
      if ("percent" in happened) percent = happened.percent;
      else if ("subject" in happened) subject = happened.subject;
      else if ("moved" in happened) {
        commands.push({
          type: "MoveEntity",
          data: { ...command.MoveEntity.data, side: happened.moved },
        });
        expected = happened.moved;
      } else {
        const { state } = run(commands);
        const facts = { route: "catalog", subject, pin: state?.side };
        const { side } = sideOf({ percent, isKilled: false }, facts);
        commands.push({ type: "PinEntity", data: { ...command.PinEntity.data, side } });
        expected ??= side;
      }
      assert.equal(run(commands).state?.side, expected);
    }
  }));

  function run(commands: readonly EntityPinCommand[]) {
    return runCommands({ decider: entityPin, events: entityPinEvents }, { commands });
  }
});
