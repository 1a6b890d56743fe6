import { acts, Refusal } from "@headwater/core";
import { edge } from "@headwater/http";
import assert from "node:assert/strict";
import { z } from "zod";
import { operatorsRoutes } from "./operators_routes.ts";
import { service } from "./service.ts";
import { openInMemory } from "./testing/mod.ts";

const status = acts.operatorsAct({
  name: "status",
  summary: "how all is",
  args: z.strictObject({}),
  changes: false,
  run: () => Promise.resolve({ value: ["well"], text: "well", isDone: true }),
});
const show = acts.operatorsAct({
  name: "letters show",
  summary: "one letter",
  args: z.strictObject({ id: z.string() }),
  changes: false,
  run: ({ id }) => Promise.resolve({ value: { id }, text: id, isDone: true }),
});
const build = acts.operatorsAct({
  name: "build",
  summary: "builds",
  args: z.strictObject({ name: z.string() }),
  changes: true,
  run: ({ name }) => {
    if (name === "nothing") throw new Refusal("projection-unknown", `Cannot build "${name}"`);
    return Promise.resolve({
      value: { name, isDone: name === "small" },
      text: "",
      isDone: name === "small",
    });
  },
});

const raze = acts.operatorsAct({
  name: "raze",
  summary: "razes",
  args: z.strictObject({}),
  changes: true,
  role: "admin",
  run: () => Promise.resolve({ value: {}, text: "", isDone: true }),
});

const { get, post } = openInMemory(service({ name: "doors" }), {
  operators: operatorsRoutes({ projections: [status, show, build, raze] }),
});

Deno.test("operators look over HTTP, and are told what a command line prints", async () => {
  const all = await get("/ops/projections");
  assert.deepEqual([all.status, await all.json()], [200, ["well"]]);
  const one = await get("/ops/projections/letters/show?id=7");
  assert.deepEqual([one.status, await one.json()], [200, { id: "7" }]);
});

Deno.test("an act is asked for by POST, and 202 says that it goes on", async () => {
  for (const [name, expected] of [["small", 200], ["large", 202]] as const) {
    const answer = await post("/ops/projections/build", { name });
    assert.deepEqual([answer.status, (await answer.json()).name], [expected, name]);
  }
  assert.equal((await get("/ops/projections/build?name=small")).status, 405);
  assert.equal((await post("/ops/projections", {})).status, 405);
});

Deno.test("what does not fit an act is a problem document", async () => {
  const answers = [
    await get("/ops/projections/letters/show"),
    await post("/ops/projections/build", { name: "small", more: 1 }),
    await post("/ops/projections/build", { name: "nothing" }),
  ];
  const told = await Promise.all(answers.map(async (answer) => {
    const { code } = await answer.json();
    return [answer.status, code];
  }));
  assert.deepEqual(told, [[400, "bad-input"], [400, "bad-input"], [404, "projection-unknown"]]);
});

Deno.test("what nothing takes back is for admins, and what looks or changes for operators", async () => {
  const as = (...roles: string[]) => ({
    [edge.identityHeader]: edge.identityText({ actor: "ada", roles }),
  });
  const statusOf = async (path: string, args: object, headers: Record<string, string> = {}) =>
    (await post(`/ops/projections/${path}`, args, headers)).status;
  assert.equal(await statusOf("raze", {}, as("admin")), 200);
  assert.equal(await statusOf("raze", {}, as("operator")), 403);
  assert.equal(await statusOf("build", { name: "small" }, as("operator")), 200);
  assert.equal(await statusOf("build", { name: "small" }, as("customer")), 403);
  // The application's own, or somebody who has its secret
  assert.equal(await statusOf("raze", {}), 200);
});
