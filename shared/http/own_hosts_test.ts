import { equal, match } from "node:assert/strict";
import { ownHosts } from "./own_hosts.ts";
import { exampleService, validExampleOrder } from "./testing/example_service.ts";

type Asked = {
  readonly options?: Parameters<typeof ownHosts>[0];
  readonly method?: string;
  readonly path?: string;
  readonly headers: Record<string, string>;
};

async function ask({ options, method = "GET", path = "/orders", headers }: Asked) {
  const { service, handled } = exampleService(() => {}, { admit: ownHosts(options) });
  const { Host = "127.0.0.1:8000" } = headers;
  const answer = await service(
    new Request(`http://${Host}${path}`, {
      method,
      headers: { "Content-Type": "application/json", ...headers },
      ...(method === "POST" && { body: JSON.stringify(validExampleOrder) }),
    }),
  );
  return { status: answer.status, body: await answer.json(), handled };
}

function write(headers: Record<string, string>, options?: Asked["options"]) {
  return ask({
    method: "POST",
    path: "/orders/1",
    headers: { Host: "localhost:8000", ...headers },
    options,
  });
}

const named = { listensOn: "10.0.0.7", names: ["Shop.example"] };

for (
  const [host, options] of [
    ["127.0.0.1:8000", {}],
    ["localhost:8000", {}],
    ["LOCALHOST", {}],
    ["[::1]:8000", {}],
    ["shop.example", named],
    ["10.0.0.7:8000", named],
    ["192.168.1.5:8000", { listensOn: "0.0.0.0" }],
    ["[fe80::1]:8000", { listensOn: "::" }],
  ] as const
) {
  Deno.test(`host "${host}" is one of its own with ${JSON.stringify(options)}`, async () => {
    equal((await ask({ headers: { Host: host }, options })).status, 200);
  });
}

for (
  const [host, options] of [
    ["evil.example", {}],
    ["evil.example:8000", named],
    ["localhost.evil.example", {}],
    ["127.0.0.1.evil.example", { listensOn: "0.0.0.0" }],
    ["0.0.0.0:8000", {}],
    ["192.168.1.5:8000", {}],
    ["shop.example", {}],
    ["evil.example", { listensOn: "0.0.0.0" }],
  ] as const
) {
  Deno.test(`host "${host}" is refused with ${JSON.stringify(options)}, probes too`, async () => {
    for (const path of ["/orders", "/health/ready"]) {
      const { status, body } = await ask({ headers: { Host: host }, path, options });
      equal(status, 421);
      equal(body.code, "host-foreign");
      match(body.detail, /127\.0\.0\.1, localhost, \[::1\]/);
      match(body.detail, new RegExp(RegExp.escape(host)));
    }
  });
}

Deno.test("what is called without a host name comes from this process, and is answered", async () => {
  const { service } = exampleService(() => {}, { admit: ownHosts() });
  equal((await service(new Request("http://order/orders"))).status, 200);
});

const ownPages: readonly Record<string, string>[] = [
  {},
  { "Sec-Fetch-Site": "same-origin", Origin: "http://localhost:8000" },
  { "Sec-Fetch-Site": "none" },
  { Origin: "http://localhost:8000" },
];

for (const headers of ownPages) {
  Deno.test(`a write with ${JSON.stringify(headers)} is no other page's`, async () => {
    equal((await write(headers)).status, 202);
  });
}

const otherPages: readonly Record<string, string>[] = [
  { "Sec-Fetch-Site": "cross-site" },
  { "Sec-Fetch-Site": "same-site" },
  { "Sec-Fetch-Site": "same-origin", Origin: "https://evil.example" },
  { Origin: "https://evil.example" },
  { Origin: "http://localhost:3000" },
  { Origin: "http://localhost" },
  { Origin: "null" },
  { Origin: "" },
];

for (const headers of otherPages) {
  Deno.test(`a write with ${JSON.stringify(headers)} is refused, a read is not`, async () => {
    const { status, body, handled } = await write(headers);
    equal(status, 403);
    equal(body.code, "origin-foreign");
    equal(handled.length, 0);
    equal((await ask({ headers })).status, 200);
  });
}

Deno.test("pages under a name that it was given may write, whatever a proxy made of the host", async () => {
  equal((await write({ Origin: "https://shop.example" }, named)).status, 202);
  equal((await write({ Origin: "https://evil.example" }, named)).status, 403);
});
