import assert from "node:assert/strict";
import { defineEvents, type EventOf } from "@headwater/core";
import { z } from "zod";
import { acceptCommand } from "./idempotency.ts";
import { declare } from "./declare.ts";
import { type Identity, identityHeader, identityText } from "./identity.ts";
import { toldIdentity } from "./told_identity.ts";
import { exampleService } from "./testing/mod.ts";
import { readJson, readQuery } from "./validation.ts";

const boxEvents = defineEvents("box", {
  BoxMarked: z.object({ label: z.string() }),
  BoxPacked: z.object({ by: z.string() }),
});
type BoxEvent = EventOf<typeof boxEvents>;
const boxOwner = {
  events: boxEvents,
  customerOf: (event: BoxEvent) => event.type === "BoxPacked" ? event.data.by : undefined,
};

const roles = ["customer", "operator"];
const ownBox = declare({ roles, owner: { param: "id", of: "box" } });
const listing = declare({
  roles,
  owner: { query: "by" },
  query: z.strictObject({ by: z.string().optional(), size: z.string().optional() }),
});
const packing = declare({
  roles,
  owner: { body: "by" },
  body: z.strictObject({ by: z.string(), label: z.string() }),
});

const anna: Identity = { actor: "anna", roles: ["customer"], customerId: "anna" };
const operator: Identity = { actor: "otto", roles: ["operator", "customer"], customerId: "otto" };

async function setUp() {
  const { service, log, logged } = exampleService((app) => {
    app.use(toldIdentity());
    app.get("/boxes/:id", ownBox, (c) => c.json({ id: c.req.param("id"), actor: c.var.actor }));
    app.get("/boxes", listing, (c) => c.json(readQuery(c, listing.query)));
    app.post("/boxes", packing, async (c) => {
      const body = await readJson(c, packing.body);
      const { actor } = await acceptCommand(c, body);
      return c.json({ ...body, actor });
    });
  }, { owned: [boxOwner] });
  for (const by of ["anna", "ben"]) {
    await log.append(`box-${by}1`, [
      { id: crypto.randomUUID(), type: "BoxMarked", data: { label: "x" }, metadata },
      { id: crypto.randomUUID(), type: "BoxPacked", data: { by }, metadata },
    ], { expected: "no-stream" });
  }
  return {
    logged: () => logged.filter(({ level }) => level === "warn"),
    async ask(path: string, who?: Identity, options: RequestInit = {}) {
      const headers = {
        ...(who && { [identityHeader]: identityText(who) }),
        ...(options.body && { "Content-Type": "application/json" }),
      };
      const answer = await service(new Request(`http://boxes${path}`, { headers, ...options }));
      const { code, detail, ...body } = await answer.json();
      return { status: answer.status, code, detail, body };
    },
  };
}

const metadata = {
  $correlationId: "c",
  $causationId: "c",
  commandId: "c",
  commandHash: "h",
  schemaVersion: 1,
};

Deno.test("a customer sees their own; another's is there no more than what does not exist, and that is noted", async () => {
  const { ask, logged } = await setUp();
  assert.deepEqual((await ask("/boxes/anna1", anna)).body, { id: "anna1", actor: "anna" });
  const foreign = await ask("/boxes/ben1", anna);
  const unknown = await ask("/boxes/ben2", anna);
  assert.deepEqual([foreign.status, foreign.code], [404, "box-unknown"]);
  assert.deepEqual({ ...unknown, body: undefined, detail: unknown.detail.replace("2", "1") }, {
    ...foreign,
    body: undefined,
  });
  const [noted, ...more] = logged();
  assert.deepEqual(more, []);
  const { actor, box, path } = noted?.fields ?? {};
  assert.deepEqual([actor, box, path], ["anna", "ben1", "/boxes/ben1"]);
  assert.equal((await ask("/boxes/not%20one", anna)).status, 400);
});

Deno.test("operators see everybody's, and so does the application itself", async () => {
  const { ask, logged } = await setUp();
  for (const who of [operator, undefined]) {
    assert.equal((await ask("/boxes/ben1", who)).status, 200);
    assert.deepEqual((await ask("/boxes?by=ben", who)).body, { by: "ben" });
    assert.deepEqual((await ask("/boxes", who)).body, {});
  }
  assert.deepEqual(logged(), []);
});

Deno.test("a customer who is none is nobody's", async () => {
  const { ask } = await setUp();
  const nameless: Identity = { actor: "x", roles: ["customer"] };
  const other: Identity = { actor: "x", roles: ["auditor"], customerId: "ben" };
  for (const who of [nameless, other]) {
    for (const path of ["/boxes/ben1", "/boxes", "/boxes?by=ben"]) {
      assert.equal((await ask(path, who)).status, 403, path);
    }
  }
});

Deno.test("a list is that of the customer who asks, however they ask", async () => {
  const { ask, logged } = await setUp();
  assert.deepEqual((await ask("/boxes", anna)).body, { by: "anna" });
  assert.deepEqual((await ask("/boxes?size=l", anna)).body, { by: "anna", size: "l" });
  assert.deepEqual((await ask("/boxes?by=anna", anna)).body, { by: "anna" });
  for (const query of ["by=ben", "by=anna&by=ben", "by=ben&by=anna", "by=", "b%79=ben"]) {
    const { status, code } = await ask(`/boxes?${query}`, anna);
    assert.deepEqual([status, code], [404, "customer-unknown"], query);
  }
  assert.equal(logged().length, 5);
});

Deno.test("a customer does nothing for another", async () => {
  const { ask, logged } = await setUp();
  const post = (body: unknown, who?: Identity) =>
    ask("/boxes", who, { method: "POST", body: JSON.stringify(body) });
  assert.deepEqual((await post({ label: "x" }, anna)).body, {
    by: "anna",
    label: "x",
    actor: "anna",
  });
  assert.equal((await post({ by: "anna", label: "x" }, anna)).status, 200);
  for (const by of ["ben", "", null, 7, ["anna"], { anna: 1 }]) {
    const { status, code } = await post({ by, label: "x" }, anna);
    assert.deepEqual([status, code], [403, "customer-foreign"], `${by}`);
  }
  assert.equal(logged().length, 6);
  const twice = { method: "POST", body: '{"by":"anna","label":"x","by":"ben"}' };
  assert.equal((await ask("/boxes", anna, twice)).status, 403);
  for (const body of ["[]", "null", "{", '"anna"']) {
    assert.equal((await ask("/boxes", anna, { method: "POST", body })).status, 400, body);
  }
  assert.equal((await post({ by: "ben", label: "x" }, operator)).body.by, "ben");
});

Deno.test("whose a route is cannot be said of one that is for everybody", () => {
  const owner = { query: "by" };
  assert.throws(() => declare({ owner }), /customers have to be among the roles/);
  assert.throws(() => declare({ owner, roles: ["customer", "public"] }), /not everybody/);
});
