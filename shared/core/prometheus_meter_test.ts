import { manualClock } from "@headwater/testing";
import assert from "node:assert/strict";
import { metric } from "./meter.ts";
import { prometheusMeter } from "./prometheus_meter.ts";

const doors = metric({
  kind: "counter",
  name: "doors_total",
  help: "Doors that\nwere opened",
  labels: ["house", "kind"],
});
const open = metric({ kind: "gauge", name: "doors_open", help: "Of a house", labels: ["house"] });
const duration = metric({
  kind: "histogram",
  name: "door_duration_seconds",
  help: "How long",
  labels: [],
  buckets: [0.1, 1],
});

function without(page: string, name: string): string {
  return page.split("\n").filter((line) => !line.includes(name)).join("\n");
}

Deno.test("a page has each metric with its words, and a line for each set of labels", async () => {
  const meter = prometheusMeter();
  const opened = meter.counter(doors);
  opened({ house: "a", kind: 'a "big"\\wide\none' }).add();
  opened({ kind: 'a "big"\\wide\none', house: "a" }).add(2);
  opened({ house: "b", kind: "small" });
  const durations = meter.histogram(duration)({});
  for (const value of [0.05, 0.1, 0.5, 7]) durations.note(value);
  meter.observe([open], (say) => {
    say(open, Infinity, { house: "a" });
    say(open, 1.5, { house: "b" });
  });
  assert.equal(
    without(await meter.page(), "headwater_metrics_unread"),
    `# HELP door_duration_seconds How long
# TYPE door_duration_seconds histogram
door_duration_seconds_bucket{le="0.1"} 2
door_duration_seconds_bucket{le="1"} 3
door_duration_seconds_bucket{le="+Inf"} 4
door_duration_seconds_sum 7.65
door_duration_seconds_count 4
# HELP doors_open Of a house
# TYPE doors_open gauge
doors_open{house="a"} +Inf
doors_open{house="b"} 1.5
# HELP doors_total Doors that\\nwere opened
# TYPE doors_total counter
doors_total{house="a",kind="a \\"big\\"\\\\wide\\none"} 3
doors_total{house="b",kind="small"} 0
`,
  );
});

Deno.test("a metric that nobody has counted yet is on the page with its words alone", async () => {
  const meter = prometheusMeter();
  meter.counter(doors);
  assert.match(await meter.page(), /# TYPE doors_total counter\n$/);
});

Deno.test("what is observed is read anew for each page, and not after it was disposed", async () => {
  const meter = prometheusMeter();
  let number = 0;
  const observed = meter.observe([open], (say) => say(open, ++number, { house: "a" }));
  assert.match(await meter.page(), /doors_open{house="a"} 1\n/);
  assert.match(await meter.page(), /doors_open{house="a"} 2\n/);
  observed[Symbol.dispose]();
  assert.doesNotMatch(await meter.page(), /doors_open{/);
});

Deno.test("two who say the same number give one line, those who say others give theirs", async () => {
  const meter = prometheusMeter();
  meter.observe([open], (say) => say(open, 1, { house: "a" }));
  meter.observe([open], (say) => {
    say(open, 2, { house: "a" });
    say(open, 3, { house: "b" });
  });
  assert.deepEqual((await meter.page()).match(/doors_open{.*/g), [
    'doors_open{house="a"} 2',
    'doors_open{house="b"} 3',
  ]);
});

Deno.test("what cannot be read, and what is late, is missing and said to be, and holds nothing else up", async () => {
  const clock = manualClock();
  const meter = prometheusMeter({ clock });
  const late = Promise.withResolvers<void>();
  const other = metric({ ...open, name: "doors_shut" });
  meter.counter(doors)({ house: "a", kind: "small" });
  meter.observe([open], async (say) => {
    await late.promise;
    say(open, 1, { house: "a" });
  });
  meter.observe([other], (say) => {
    say(other, 1, { house: "a" });
    throw new Error("Cannot look");
  });
  const making = meter.page();
  await clock.advance(1_000);
  const page = await making;
  assert.match(page, /headwater_metrics_unread{metric="doors_open"} 1\n/);
  assert.match(page, /headwater_metrics_unread{metric="doors_shut"} 1\n/);
  assert.match(page, /doors_total{house="a",kind="small"} 0\n/);
  assert.doesNotMatch(page, /doors_(open|shut){/);
  late.resolve();
  assert.match(await meter.page(), /doors_open{house="a"} 1\n/);
  assert.equal(clock.pending(), 0);
});

Deno.test("labels that are ids after all are counted as one from the 2,000th on", async () => {
  const meter = prometheusMeter();
  const opened = meter.counter(doors);
  for (let id = 0; id < 3_000; id++) opened({ house: String(id), kind: "small" }).add();
  const lines = (await meter.page()).match(/doors_total{.*/g) ?? [];
  assert.equal(lines.length, 2_001);
  assert.equal(lines.at(-1), 'doors_total{house="(others)",kind="(others)"} 1000');
});

for (
  const [fault, definition] of [
    ["counters, and only they, end in _total", { ...doors, name: "doors" }],
    ["counters, and only they, end in _total", { ...open, name: "doors_total" }],
    ["units are base units, as seconds and bytes", { ...open, name: "door_age_ms" }],
    ["names are of a-z, 0-9 and _", { ...open, name: "Doors-open" }],
    ["labels are of a-z, 0-9 and _", { ...open, labels: ["le"] }],
    ["it says nothing of what it means", { ...open, help: "" }],
    ["a histogram has rising buckets", { ...duration, buckets: [] }],
    ["a histogram has rising buckets", { ...duration, buckets: [1, 1] }],
  ] as const
) {
  Deno.test(`"${definition.name}" is refused: ${fault}`, () => {
    assert.throws(() => prometheusMeter().observe([definition], () => {}), {
      message: `Cannot measure "${definition.name}": ${fault}`,
    });
  });
}

Deno.test("one name is one metric", () => {
  const meter = prometheusMeter();
  meter.counter(doors);
  meter.counter(doors);
  assert.throws(() => meter.counter({ ...doors, help: "Something else" }), {
    message: 'Cannot measure "doors_total": that name is defined elsewhere already',
  });
});

Deno.test("a label that is not given is missed at once, not in a page", () => {
  const opened = prometheusMeter().counter(doors);
  assert.throws(() => opened({ house: "a" } as never), {
    message: 'Cannot measure "doors_total": label "kind" is missing',
  });
});
