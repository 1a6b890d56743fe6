import type { Recorded } from "@headwater/core";
import fc from "fast-check";
import assert from "node:assert/strict";
import type { Trouble } from "../context/trouble.ts";
import { flowCounter } from "../live/event_flow.ts";
import { markupShape } from "../testing/markup_shape.ts";
import { type Overview, OverviewPage } from "./overview_page.tsx";

/** A page on which every text that comes from outside is this one. */
function pageOf(text: string): string {
  const event: Recorded = {
    ...{ type: text, data: { [text]: text }, id: text, stream: text, revision: 3, position: 7 },
    recordedAt: text,
    metadata: {
      ...{ $correlationId: text, $causationId: text, commandId: text },
      ...{ commandHash: text, schemaVersion: 1 },
    },
  };
  const trouble: Trouble = {
    ...{ section: "", standing: "bad", what: text, cause: text, since: text, href: text },
    acts: [{ service: text, engine: text, act: text, args: { [text]: text }, label: text }],
  };
  const counter = flowCounter(() => text);
  counter.note(text, 1_000);
  const overview: Overview = {
    troubles: [trouble],
    well: [{ what: text, says: text, standing: "good" }],
    events: [event],
    rates: counter.rates(1_000),
    now: 1_000,
    laneOf: () => ({ name: text, lane: 1 }),
    laneOfService: () => undefined,
  };
  return OverviewPage(overview).toString();
}

const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</td></table><!--",
    "javascript:alert(1)",
    "]]><svg/onload=alert(1)>",
  ),
);

Deno.test("whatever stands in events and causes stays text", () => {
  const harmless = markupShape(pageOf("words"));
  fc.assert(fc.property(hostile, (text) => {
    assert.deepEqual(markupShape(pageOf(text)), harmless);
  }));
});

Deno.test("what is wrong stands before what is well, with its cause and what may help", () => {
  const html = pageOf("Stock is gone");
  const [bad, cause, act, good] = ["is-bad", 'class="cause"', "/console/act?", "is-good"]
    .map((each) => html.indexOf(each));
  assert.ok(bad! >= 0 && bad! < cause! && cause! < act! && act! < good!);
});
