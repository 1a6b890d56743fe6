import assert from "node:assert/strict";
import { redaction } from "./redaction.ts";

const { text, line } = redaction(["nickname"]);

Deno.test("values of fields that nobody may see are not shown, wherever they stand", () => {
  assert.equal(text("ada", ["body", "customer", "password"]), "(redacted)");
  assert.equal(text("ada", ["body", "accessToken", "value"]), "(redacted)");
  assert.equal(text("ada", ["set-cookie"]), "(redacted)");
  assert.equal(
    text({ name: "Ada", eMail: "a@b" }, ["body"]),
    '{"name":"Ada","eMail":"(redacted)"}',
  );
  assert.equal(text([{ Nickname: "A" }], ["body", 0]), '[{"Nickname":"(redacted)"}]');
});

Deno.test("other values are shown, cut off at a character", () => {
  assert.equal(text(450, ["body", "price"]), "450");
  assert.equal(text(undefined, ["body", "price"]), "absent");
  const long = text("😀".repeat(200), ["body"]);
  assert.ok(long.length <= 200 && long.isWellFormed() && long.endsWith("…"));
});

Deno.test("a request is told without its secrets", () => {
  assert.equal(line("GET", "http://g/api/things?q=tea"), "GET /api/things?q=tea");
  assert.equal(
    line("GET", "http://g/api/things?api_key=1&api_key=2&q=tea"),
    "GET /api/things?api_key=%28redacted%29&q=tea",
  );
});
