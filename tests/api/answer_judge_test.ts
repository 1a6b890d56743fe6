import { describe } from "@headwater/http";
import assert from "node:assert/strict";
import { z } from "zod";
import { answerJudge } from "./answer_judge.ts";
import type { ApiRequest, Kind } from "./api_requests.ts";
import { describedOperations } from "./described_operations.ts";

const document = describe.openApi({
  title: "doors",
  version: "1",
  at: "gateway",
  routes: [{
    service: "door",
    method: "GET",
    path: "/api/doors/:id",
    declared: {
      operation: "getDoor",
      params: { id: z.string().refine(() => true, "Must be a door") },
      answer: z.object({ id: z.string(), state: z.enum(["open", "shut"]) }),
      refusals: ["door-unknown"],
    },
  }],
});
const operation = describedOperations(document).find(({ name }) => name === "getDoor");
const judge = answerJudge(document);
const headers = { "X-Correlation-Id": "c" };

function faultOf(
  given: { readonly status: number; readonly headers?: Record<string, string>; body?: unknown },
  kind: Kind = "nearly valid",
): string | undefined {
  const request: ApiRequest = {
    ...{ kind, operation, method: "GET", target: "/api/doors/1" },
    headers: {},
  };
  const { status, body = {} } = given;
  const type = status < 400 ? "application/json" : "application/problem+json";
  return judge(request, {
    status,
    headers: new Headers({ ...headers, "Content-Type": type, ...given.headers }),
    text: JSON.stringify(body),
  });
}

function problem(status: number, code: string, more: Record<string, unknown> = {}) {
  const said = { type: "t", title: "t", status, detail: "d", code, correlationId: "c", ...more };
  return { status, body: said };
}

Deno.test("an answer as described has no fault", () => {
  assert.equal(faultOf({ status: 200, body: { id: "1", state: "open" } }), undefined);
  assert.equal(faultOf(problem(404, "door-unknown"), "valid"), undefined);
  const explained = { errors: [{ path: "id", message: "Must be a door" }] };
  assert.equal(faultOf(problem(400, "bad-input", explained), "valid"), undefined);
});

Deno.test("each way not to be as described is a fault", () => {
  const body = { id: "1", state: "open" };
  const faults = [
    faultOf(problem(500, "internal-error")),
    faultOf({ status: 201, body }),
    faultOf({ status: 200, body, headers: { "Content-Type": "text/html" } }),
    faultOf({ status: 200, body, headers: { Location: "/" } }),
    faultOf({ status: 200, body: { id: "1", state: "ajar" } }),
    faultOf({ status: 200, body: { id: "1" } }),
    faultOf({ status: 200, body: { ...body, more: 1 } }),
    faultOf(problem(404, "window-unknown")),
    faultOf(problem(404, "door-unknown", { more: 1 })),
    faultOf({ ...problem(404, "door-unknown"), headers: { "Content-Type": "application/json" } }),
    faultOf(problem(503, "overloaded")),
    faultOf(problem(400, "bad-input", { errors: [{ path: "id", message: "No" }] }), "valid"),
  ];
  assert.deepEqual(faults, [
    "it is a bug of ours",
    "its status 201 is not described",
    'its type "text/html" is not described',
    'its header "location" is not described',
    "data/state must be equal to one of the allowed values",
    "data must have required property 'state'",
    "data must NOT have additional properties",
    'its code "window-unknown" is not described',
    "data must NOT have additional properties",
    "it is no problem document",
    "it has no Retry-After",
    "the request is as described, and refused all the same",
  ]);
});
