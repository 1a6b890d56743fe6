import assert from "node:assert/strict";
import { derailment } from "./replayed_history.ts";
import { sagas, storedHistories } from "./saga_store.ts";
import { sagaStories } from "./saga_stories.ts";

/*
 * `stored_sagas/SAGA/VERSION/STORY.jsonl`: what an instance was told, line by line, what it noted and where it then
 * stood, as it was when that version was written. Instances of it may be on their way in somebody's log.
 */
Deno.test("every saga that has stories is one of the shop's", () => {
  assert.deepEqual(sagas.map(({ name }) => name).toSorted(), Object.keys(sagaStories).toSorted());
});

for (const saga of sagas) {
  Deno.test(`running instances of "${saga.name}" go on as they would have, whatever has changed`, async () => {
    for (const history of await storedHistories(saga)) {
      const derailed = derailment(saga, history);
      if (derailed !== undefined) assert.fail(derailed);
    }
  });

  Deno.test(`every story of "${saga.name}" has a history of its newest version`, async () => {
    const { version } = saga.definition;
    const histories = (await storedHistories(saga)).filter((each) => each.version === version);
    const stored = histories.map(({ story }) => story).toSorted();
    const stories = Object.keys(sagaStories[saga.name] ?? {}).toSorted();
    assert.deepEqual(stored, stories, "deno task sagas:store writes what is missing");
    const taken = histories.flatMap(({ moments }) => moments.flatMap(({ wants }) => wants));
    const templates = [...saga.definition.templates].filter(([, { step }]) => step.does);
    for (const [name] of templates) {
      const isTaken = taken.some(({ step }) => step === name || step.startsWith(`${name}:`));
      assert.ok(isTaken, `No story of "${saga.name}" takes step "${name}"`);
    }
  });
}
