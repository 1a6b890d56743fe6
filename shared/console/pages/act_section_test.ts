import { acts } from "@headwater/core";
import assert from "node:assert/strict";
import { z } from "zod";
import type { AskedOfService } from "../context/console_context.ts";
import { openConsole } from "../testing/open_console.ts";

const args = z.strictObject({
  name: z.string(),
  reason: z.string().optional(),
  dryRun: z.boolean().optional(),
  expected: z.string().optional(),
  actId: z.string().optional(),
});
const open = acts.operatorsAct({
  ...{ name: "open", summary: "opens a door", args, changes: true },
  run: () => Promise.reject(new Error("The console asks")),
});

const raze = { ...open, name: "raze", summary: "takes it away for ever", role: "admin" as const };

Deno.test("who may not do an act is told whose it is, instead of its form", async () => {
  for (const roles of [["operator"], ["admin"]]) {
    const asked: AskedOfService[] = [];
    const ask = openConsole({
      ...{ acts: { doors: [raze] }, identity: { actor: "42", name: "<Otto>", roles } },
      ask(each) {
        asked.push(each);
        return Promise.resolve({ text: "would raze it", expected: "x", undo: null });
      },
    });
    const path = "/console/act?service=door&engine=doors&act=raze&arg.name=front";
    const shown = await ask(path);
    const done = await ask(path, { method: "POST", body: fields() });
    const mayNot = roles.includes("operator");
    assert.deepEqual([shown.answer.status, done.answer.status], mayNot ? [403, 403] : [200, 200]);
    assert.equal(/<textarea/.test(shown.text), !mayNot);
    assert.equal(asked.length, mayNot ? 0 : 2);
    if (!mayNot) continue;
    assert.match(shown.text, /for who has the role admin; &lt;Otto&gt; has operator/);
  }
});

function doorConsole() {
  const asked: AskedOfService[] = [];
  const ask = openConsole({
    acts: { doors: [open] },
    ask(each) {
      asked.push(each);
      return Promise.resolve({ text: "would open it", expected: "x", undo: null });
    },
  });
  async function post(query: string, body: BodyInit) {
    asked.length = 0;
    const { answer, text } = await ask(`/console/act?service=door&engine=doors&act=open&${query}`, {
      method: "POST",
      body,
    });
    return { status: answer.status, text };
  }
  return { asked, post };
}

function fields(more: Record<string, string> = {}): URLSearchParams {
  return new URLSearchParams({ reason: "it is hot", token: crypto.randomUUID(), ...more });
}

Deno.test("a link says what is done to what, and neither why nor that nothing is done", async () => {
  const { asked, post } = doorConsole();
  const query = "arg.name=front&arg.dryRun=true&arg.reason=mine&arg.actId=1&arg.expected=y";
  const { status } = await post(query, fields());
  assert.equal(status, 200);
  const { args = {} }: Partial<AskedOfService> = asked[0] ?? {};
  assert.deepEqual([args["name"], args["reason"]], ["front", "it is hot"]);
  assert.deepEqual([args["dryRun"], args["expected"]], [undefined, undefined]);
  assert.notEqual(args["actId"], "1");
});

Deno.test("a form that is none, or too long, does nothing and is no fault of the console's", async () => {
  const { asked, post } = doorConsole();
  const file = new FormData();
  file.set("reason", new File(["because"], "reason.txt"));
  const cases: readonly BodyInit[] = [file, "", fields({ more: "x".repeat(5_000_000) })];
  for (const body of cases) {
    const { status } = await post("arg.name=front", body);
    assert.equal(status, 400);
    assert.deepEqual(asked, []);
  }
});
