import fc from "fast-check";
import assert from "node:assert/strict";
import { markupShape } from "../testing/markup_shape.ts";
import type { ShownAct } from "./acts_data.ts";
import { ActsPage } from "./acts_page.tsx";
import type { ShownCall } from "./calls_data.ts";
import { CallsPage } from "./calls_page.tsx";
import { ReadModelPage } from "./read_model_page.tsx";
import type { ShownReadModel } from "./read_models_data.ts";
import { ReadModelsPage } from "./read_models_page.tsx";
import type { ShownReport, ShownRoute } from "./routes_data.ts";
import { RoutePage, RoutesPage } from "./routes_page.tsx";
import { SagaActs, SagaPage } from "./saga_page.tsx";
import type { ShownInstance, ShownStory } from "./sagas_data.ts";
import { InstancesPage, SagasPage } from "./sagas_page.tsx";

const now = 1_000;

function readModel(text: string): ShownReadModel {
  const of = { service: text, name: text };
  return {
    ...{ ...of, version: 1 },
    generations: [{
      ...{ ...of, generation: 2, state: "building", since: text, cause: text, lagMs: 2_000 },
      ...{ caughtUp: false, position: 3, version: 1, needsRebuild: true, parkedKeys: 2 },
      progress: { replayed: 1, target: 4, eventsPerSecond: 2 },
      ...{ owner: text, status: "building" },
      verdict: {
        ...{ position: 3, differing: 1, note: text },
        examples: [{ key: text, before: { [text]: text }, after: null, objection: text }],
      },
    }],
    letters: [{
      ...{ id: text, key: text, class: text, cause: text, attempts: 2, stream: text },
      ...{ revision: 3, type: text, parkedAt: text, due: "drop" },
    }],
  };
}

function instance(text: string): ShownInstance {
  return {
    ...{ id: text, type: text, definition: text, state: "stuck", isCompensating: true },
    ...{ step: text, target: text, command: text, since: text, sent: 1, cause: text },
    ...{ startedAt: text, cursor: text },
  };
}

function story(text: string): ShownStory {
  const step = { step: text, status: "stuck" as const, since: null, timeouts: 0 };
  const sent = { step: text, target: text, command: text };
  return {
    ...{ id: text, type: text, definition: text, state: "stuck", startedAt: text, keys: [text] },
    waits: { ...instance(text), isCompensating: false },
    way: { groups: [[{ ...step, undo: step }]], before: [step], after: [step] },
    timers: [{ name: text, dueAt: text, step: text }],
    chapters: [{
      ...{ at: text, isFinished: true, sends: [sent] },
      heard: { type: text, stream: text, revision: 1, answers: text },
      noted: [{ type: text, data: { [text]: text }, revision: 1 }],
    }],
    next: [sent],
    broken: text,
  };
}

function act(text: string): ShownAct {
  return {
    ...{ actId: "1", engine: text, act: text, subject: text, args: { [text]: text } },
    ...{ actor: text, reason: text, would: text, at: text, stream: text, revision: 1 },
    ...{ outcome: "done", endedAt: text, text: `a ${text}`, changed: text },
    undo: { name: text, args: { [text]: text } },
  };
}

function route(text: string): ShownRoute {
  return {
    ...{ service: text, route: text, mode: "canary", percent: 5, shadowPercent: 5, isKilled: true },
    ...{ pinnedLegacy: 1, pinnedNew: 1, rollBacks: 1, changedAt: text, changedBy: text },
    reason: text,
  };
}

function report(text: string): ShownReport {
  return {
    ...{ since: text, samples: 1, mismatchRate: 0.5, noiseSamples: 1, dropped: 1 },
    fields: [{ field: text, raw: 1, noise: 0, counts: true }],
    examples: [{
      ...{ at: text, request: text },
      differences: [{ field: text, legacy: text, new: text }],
    }],
    ...{ isSafeToRaise: false, verdict: text },
  };
}

function pagesOf(text: string): string {
  const ofRoute = { of: route(text), now };
  const filter = { state: "stuck", step: text, failure: text, key: text, older: text };
  const pages = [
    ReadModelsPage({ generations: readModel(text).generations, now }),
    ReadModelPage({ of: readModel(text), now }),
    SagasPage({
      groups: [{
        ...{ service: text, process: text, state: "stuck", step: text, failure: text },
        ...{ count: 2, oldest: text, example: text },
      }],
      now,
    }),
    InstancesPage({
      ...{ service: text, process: text, filter, instances: [instance(text)] },
      ...{ after: text, limit: 1, now },
    }),
    SagaPage({ of: story(text), now }),
    SagaActs({ of: story(text), service: text }),
    RoutesPage({ routes: [route(text)], now }),
    RoutePage({ ...ofRoute, report: report(text) }),
    CallsPage({ calls: [call(text)], services: [], now }),
    ActsPage({
      ...{ acts: [act(text)], filter: { actor: text }, before: text, next: text, now },
      serviceOf: () => text,
    }),
  ];
  return pages.join("");
}

function call(text: string): ShownCall {
  return {
    ...{ process: text, caller: text, target: text, calls: text, breaker: "isolated" },
    ...{ running: 1, waiting: 1, places: 1 },
    isolation: { by: text, reason: text, since: text },
  };
}

const hostile = fc.oneof(
  fc.string({ unit: "binary", minLength: 1 }),
  fc.constantFrom(
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></svg><!--",
    "]]><svg/onload=alert(1)>",
  ),
);

Deno.test("whatever services tell of read models, sagas, routes and acts stays text", () => {
  const harmless = markupShape(pagesOf("words"));
  fc.assert(fc.property(hostile, (text) => {
    assert.deepEqual(markupShape(pagesOf(text)), harmless);
  }));
});

Deno.test("a chain of steps says in words where each stands", () => {
  const html = SagaPage({ of: story("refund"), now }).toString();
  assert.match(html, /<svg[^>]* role="img" aria-label="refund: stuck"/);
  assert.match(html, /<text class="status"[^>]*>stuck<\/text>/);
});

Deno.test("one row alone is shown", () => {
  const html = SagasPage({
    groups: [{
      ...{ service: "s", process: "p", state: "stuck", step: null, failure: null },
      ...{ count: 7, oldest: "2026-01-01T00:00:00.000Z", example: "first" },
    }],
    now,
  }).toString();
  assert.match(html, />7<\/a>/);
  assert.doesNotMatch(html, /No instance is unfinished/);
});
