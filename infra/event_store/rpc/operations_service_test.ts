import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { grpcTestBed } from "../testing/grpc_test_bed.ts";
import { operationsService } from "./operations_service.ts";

Deno.test("operators can restart the persistent subscriptions, and what is always so is confirmed", async () => {
  let restarts = 0;
  const services = operationsService({
    restartSubscriptions: () => Promise.resolve(void restarts++),
  });
  await using bed = await grpcTestBed({}, { services });
  for (const path of services.keys()) {
    assert.equal((await bed.unary(path, Buffer.alloc(0))).length, 0);
  }
  assert.equal(services.size, 4);
  assert.equal(restarts, 1);
});
