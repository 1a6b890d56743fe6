import { edge, type PublicRoute } from "@headwater/http";
import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { gateway } from "./gateway.ts";
import { page } from "./page.ts";
import { openGateway } from "./testing/open_gateway.ts";

function route(path: string, roles?: readonly string[], method = "GET"): PublicRoute {
  return { method, path, service: "things", declared: { priority: "normal", roles } };
}

const routes = [
  route("/api/things/:id", ["operator", "auditor"]),
  route("/api/things/all", ["public"]),
  route("/api/things/all", ["public"], "POST"),
  route("/api/audits", ["auditor"]),
  route("/api/own", ["customer"]),
  route("/api/drops", ["admin"]),
  route("/api/nothing", []),
  route("/api/unsaid"),
];

/** Believes whatever `Authorization` names as a role. */
function identify({ headers }: Request): Promise<edge.Identity | undefined> {
  const role = headers.get("Authorization");
  if (role === "bad") return Promise.reject(new edge.NotAdmitted("token-wrong", "Cannot tell"));
  return Promise.resolve(
    role === null ? undefined : { actor: "ädä", roles: [role], customerId: "c1" },
  );
}

function setUp(given: Parameters<typeof openGateway>[1] = { routes, identify }) {
  const { gateway, requests } = openGateway(() => Promise.resolve(new Response("{}")), given);
  return {
    requests,
    async asked(path: string, role?: string, options: RequestInit = {}): Promise<Response> {
      const headers = { ...(role !== undefined && { Authorization: role }), ...options.headers };
      const answer = await gateway(new Request(`http://gateway${path}`, { ...options, headers }));
      await answer.body?.cancel();
      return answer;
    },
  };
}

Deno.test("each route is for those whose role it declares, and what says nothing is for operators", async () => {
  const { asked } = setUp();
  const may: Record<string, readonly string[]> = {
    "/api/things/1": ["operator", "auditor", "admin"],
    "/api/things/all": ["operator", "auditor", "admin", "customer"],
    "/api/audits": ["auditor"],
    "/api/own": ["customer"],
    "/api/drops": ["admin"],
    "/api/nothing": [],
    "/api/unsaid": ["operator", "admin"],
  };
  for (const [path, roles] of Object.entries(may)) {
    for (const role of ["operator", "auditor", "admin", "customer"]) {
      const { status } = await asked(path, role);
      assert.equal(status, roles.includes(role) ? 200 : 403, `${path} as ${role}`);
    }
    const { status, headers } = await asked(path);
    assert.equal(status, path === "/api/things/all" ? 200 : 401, path);
    if (status === 401) assert.equal(headers.get("WWW-Authenticate"), "Bearer");
  }
});

Deno.test("services are told who asks by nobody else, and get no token", async () => {
  const { asked, requests } = setUp();
  const said = { "X-Identity": edge.identityText({ actor: "root", roles: ["admin"] }) };
  await asked("/api/own", "customer", { headers: said });
  const told = requests.at(-1)!.headers;
  assert.deepEqual(JSON.parse(decodeURIComponent(told.get("X-Identity")!)), {
    actor: "ädä",
    roles: ["customer"],
    customerId: "c1",
  });
  assert.equal(told.get("Authorization"), null);
  await asked("/api/things/all", undefined, { headers: said });
  assert.equal(requests.at(-1)!.headers.get("X-Identity"), null);
});

Deno.test("what is public is looked at by everybody, and changed by nobody who proves nothing", async () => {
  const { asked, requests } = setUp();
  assert.equal((await asked("/api/things/all", "bad")).status, 200);
  assert.equal((await asked("/api/things/all", undefined, { method: "POST" })).status, 200);
  assert.equal((await asked("/api/things/all", "auditor", { method: "POST" })).status, 200);
  assert.ok(requests.at(-1)!.headers.get("X-Identity"));
  const { status, headers } = await asked("/api/things/all", "bad", { method: "POST" });
  assert.deepEqual([status, headers.get("WWW-Authenticate")], [
    401,
    'Bearer error="invalid_token"',
  ]);
});

Deno.test("a page is for those whose role it declares, and each of its parts is told who asks", async () => {
  const parts = [{ name: "own", from: { service: "things", path: "/own" } }];
  const pages = [
    page({ path: "/api/pages/:id", roles: ["customer"], parts }),
    page({ path: "/api/unsaid/:id", parts }),
  ];
  const { asked, requests } = setUp({ identify, createGateway: gateway({ pages }) });
  assert.equal((await asked("/api/pages/1", "customer")).status, 200);
  assert.ok(requests.at(-1)!.headers.get("X-Identity"));
  assert.equal(requests.at(-1)!.headers.get("Authorization"), null);
  const refused: [string, string?][] = [
    ["/api/pages/1"],
    ["/api/pages/1", "operator"],
    ["/api/unsaid/1", "customer"],
  ];
  for (const [path, role] of refused) {
    assert.equal((await asked(path, role)).status, role === undefined ? 401 : 403);
  }
});

Deno.test("where nobody is asked who they are, everybody may do all that clients may", async () => {
  const { asked, requests } = setUp({ routes });
  for (const { path, method } of routes) {
    assert.equal((await asked(path, undefined, { method })).status, 200, path);
  }
  assert.equal(requests[0]!.headers.get("X-Identity"), null);
});

Deno.test("a stream of events ends with the token of who listens", async () => {
  let until = Date.now();
  let tell = (_text: string) => {};
  const { gateway } = openGateway(() => {
    const events = new ReadableStream({
      start: (controller) => {
        tell = (text) => controller.enqueue(new TextEncoder().encode(text));
      },
    });
    const headers = { "Content-Type": "text/event-stream" };
    return Promise.resolve(new Response(events, { headers }));
  }, {
    routes: [route("/api/own", ["customer"])],
    identify: () => Promise.resolve({ actor: "ada", roles: ["customer"], until }),
  });
  const over = await gateway(new Request("http://gateway/api/own"));
  assert.equal(await within("the stream to end", over.text()), "");
  until += 60_000;
  const open = await gateway(new Request("http://gateway/api/own"));
  const reader = open.body!.getReader();
  tell("data: 1");
  assert.equal(new TextDecoder().decode((await reader.read()).value), "data: 1");
  await reader.cancel();
});
