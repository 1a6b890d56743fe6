import { eventLog, silentLog } from "@headwater/core";
import { edge, type EdgeRoutes, routes, toService } from "@headwater/http";
import { Hono } from "hono";
import assert from "node:assert/strict";
import type { BegunAct } from "./act_events.ts";
import { actsRecord } from "./acts_record.ts";
import { recordRoutes } from "./asked_record.ts";

const act: BegunAct = {
  ...{ actId: crypto.randomUUID(), engine: "lamps", act: "light", subject: "hall", args: {} },
  ...{ actor: "anna", reason: "it is dark", would: null, undo: null },
  at: new Date().toISOString(),
};

Deno.test("the record is written by command lines that prove to be the application's, and by no operator's own hand", async () => {
  const log = eventLog.memoryLog();
  const app: EdgeRoutes = new Hono();
  const told = routes().use(edge.toldIdentity()).route("/", recordRoutes(actsRecord(log)));
  const service = toService(app.route("/", told), {
    ...{ service: "gateway", logger: silentLog, newId: () => crypto.randomUUID() },
  });
  const ended = { actId: act.actId, outcome: "refused", code: null, text: "", value: null };
  const asked = {
    standing: { engine: "lamps", subject: "hall" },
    begin: { act, after: null, attempt: "1" },
    end: { act: { ...ended, at: act.at }, actor: "anna" },
  };
  const statuses = async (headers: Record<string, string> = {}) =>
    await Promise.all(
      Object.entries(asked).map(async ([path, body]) => {
        const answer = await service(
          new Request(`http://gateway/ops/acts/${path}`, {
            method: "POST",
            headers: { "Content-Type": "application/json", ...headers },
            body: JSON.stringify(body),
          }),
        );
        return answer.status;
      }),
    );
  for (const role of ["operator", "admin"]) {
    const identity = edge.identityText({ actor: "otto", roles: [role] });
    assert.deepEqual(await statuses({ [edge.identityHeader]: identity }), [403, 403, 403], role);
  }
  assert.equal(await log.head(), undefined);
  assert.deepEqual(await statuses(), [200, 200, 200]);
});
