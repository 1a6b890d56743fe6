import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import monitoring from "@eventstore/db-client/generated/monitoring_pb.js";
import { grpcTestBed, same, until } from "../testing/grpc_test_bed.ts";
import { monitoringService } from "./monitoring_service.ts";
import { serverStats } from "./server_stats.ts";

Deno.test("a client that watches the server is told its numbers again and again, until it has enough", async () => {
  let head = 0;
  const services = monitoringService(serverStats(() => ({ head: ++head, open: { calls: 1 } })));
  const [path = ""] = services.keys();
  await using bed = await grpcTestBed({}, { services });
  const request = new monitoring.StatsReq().setRefreshTimePeriodInMs("20");
  const bytes = Buffer.from(request.serializeBinary());
  const call = bed.client.makeServerStreamRequest(path, same, same, bytes);
  const heads: string[] = [];
  call.on("error", () => {/* It is cancelled below */});
  call.on("data", (answer: Buffer) => {
    const stats = monitoring.StatsResp.deserializeBinary(answer).getStatsMap();
    assert.equal(stats.get("proc-id"), String(Deno.pid));
    assert.equal(stats.get("es-open-calls"), "1");
    heads.push(stats.get("es-head")!);
  });
  await until(() => heads.length >= 3);
  assert.deepEqual(heads.slice(0, 3), ["1", "2", "3"]);
  call.cancel();
  await until(() => bed.server.open.calls === 0);
});
