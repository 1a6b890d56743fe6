import { deepEqual, equal, match, ok } from "node:assert/strict";
import { z } from "zod";
import { traceCollector } from "./testing/trace_collector.ts";

const seen = z.object({ traceparent: z.string().nullish(), current: z.string().nullable() });
const said = z.object({
  isOn: z.boolean(),
  upstream: seen,
  outside: seen,
  asked: seen.extend({ own: z.string().optional() }),
});

async function run(env: Readonly<Record<string, string>>) {
  const script = new URL("./testing/traced_process.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1", script],
    env,
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  return said.parse(JSON.parse(new TextDecoder().decode(stdout)));
}

Deno.test("spans go to the collector that OpenTelemetry's variables name", async () => {
  await using collector = traceCollector();
  const { isOn, asked, upstream } = await run({ ...collector.env, OTEL_SERVICE_NAME: "tried" });
  equal(isOn, true);
  const spans = await collector.until((spans) => spans.length >= 12);
  const named = (name: string, from = spans) => from.filter((span) => span.name === name);
  deepEqual([...new Set(spans.map(({ process }) => process))], ["tried"]);

  const [whole] = named("asked");
  deepEqual(
    [whole?.traceId, whole?.parentId],
    ["4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"],
  );
  equal(asked.own?.split("-")[2], whole?.spanId);
  const call = spans.find(({ parentId, kind }) => kind === "client" && parentId === whole?.spanId);
  equal(call?.attributes["server.address"], "example");
  equal(call.attributes["http.response.status_code"], "200");
  equal(asked.traceparent?.split("-")[2], call.spanId);
  const served = spans.find(({ parentId }) => parentId === call.spanId);
  deepEqual([served?.kind, served?.traceId], ["server", whole?.traceId]);
  equal(asked.current?.split("-")[2], served?.spanId);
  const works = named("work");
  equal(works.length, 3);
  ok(works.some(({ parentId }) => parentId === served?.spanId));
  equal(works[0]!.attributes["headwater.service"], "example");
  // Who asks on behalf of nobody is in nobody's trace
  equal(works.filter(({ traceId }) => traceId === whole?.traceId).length, 2);

  // Of whom Deno itself calls, too
  match(upstream.traceparent ?? "", /^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/);

  const [batch] = named("batch");
  equal(batch?.parentId, undefined);
  deepEqual(batch?.links, [{ traceId: whole?.traceId, spanId: "00f067aa0ba902b7" }]);
  deepEqual([batch.beganAt, batch.hasFailed, batch.attributes["error.type"]], [
    1_000,
    true,
    "TypeError",
  ]);
  const [refused] = named("refused");
  match(refused?.traceId ?? "", /^[0-9a-f]{32}$/);
  deepEqual([refused?.parentId, refused?.hasFailed], [undefined, false]);
  equal(refused?.attributes["headwater.refusal"], "thing-refused");
});

Deno.test("without them there are no spans, and nothing is sent along", async () => {
  const { isOn, outside, asked, upstream } = await run({});
  equal(isOn, false);
  equal(upstream.traceparent, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  for (const { traceparent, current } of [outside, asked]) {
    deepEqual([traceparent ?? null, current], [null, null]);
  }
});
