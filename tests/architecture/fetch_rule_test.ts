import assert from "node:assert/strict";
import { bareFetchers } from "./fetch_rule.ts";
import { lintMessages } from "./lint_messages.ts";
import { root } from "./place.ts";

function messages(file: string, source: string): string[] {
  return lintMessages("bare-fetch", { file, source });
}

Deno.test("services and engines call others through the client", () => {
  for (
    const source of [
      "await fetch(url);",
      "const send = (request: Request) => fetch(request);",
      "await globalThis.fetch(url, { signal });",
    ]
  ) {
    for (
      const file of [
        "services/payment/payment_provider.ts",
        "shared/gateway/gateway.ts",
        "infra/host/open_gateway.ts",
      ]
    ) {
      assert.equal(messages(file, source).length, 1, `${file}: ${source}`);
    }
    for (
      const file of [
        "infra/host/serve_test.ts",
        "tests/faults/split_test.ts",
        "infra/host/dev.ts",
        "services/strangler_demo/load.ts",
      ]
    ) {
      assert.deepEqual(messages(file, source), [], `${file}: ${source}`);
    }
  }
});

Deno.test("what only has that name is none", () => {
  for (
    const source of [
      "await app.fetch(request);",
      "await this.#fetch();",
      "function fetch() {} fetch();",
      "const { fetch } = shop;",
    ]
  ) {
    assert.deepEqual(messages("services/order/routes.ts", source), [], source);
  }
});

Deno.test("who may is there, and does", async () => {
  for (const path of Object.keys(bareFetchers)) {
    const files = path.endsWith("/")
      ? Array.from(Deno.readDirSync(new URL(path, root)), ({ name }) => `${path}${name}`)
        .filter((name) => name.endsWith(".ts"))
      : [path];
    const texts = await Promise.all(files.map((file) => Deno.readTextFile(new URL(file, root))));
    assert.ok(texts.some((text) => /\bfetch\(/.test(text)), `${path} fetches nothing`);
  }
});
