import assert from "node:assert/strict";
import type { Answer } from "@shop/judge";

/** The answer is a problem document as everybody may rely on it, and lets nothing of the inside out. */
export function assertProblem(
  answer: Answer,
  { status, code, path }: {
    readonly status: number;
    readonly code: string;
    /** Of the field that is wrong; with `bad-input` only. */
    readonly path?: string;
  },
): void {
  const { body, headers } = answer;
  assert.deepEqual([answer.status, body.code], [status, code], JSON.stringify(body));
  assert.equal(headers.get("Content-Type"), "application/problem+json");
  assert.equal(body.status, status);
  assert.equal(typeof body.type, "string");
  assert.ok(body.title.length > 0 && body.detail.length > 0);
  assert.equal(body.correlationId, headers.get("X-Correlation-Id"));
  assert.ok(body.correlationId);
  assert.doesNotMatch(JSON.stringify(body), /\bat \S+:\d+|file:\/\/|node_modules|\.ts\b|Error:/);
  const paths = body.errors?.map((issue: { path: string; message: string }) => {
    assert.ok(issue.message.length > 0);
    return issue.path;
  });
  assert.equal(paths !== undefined, code === "bad-input");
  if (path !== undefined) assert.ok(paths.includes(path), `${JSON.stringify(paths)} lacks ${path}`);
  if (status === 503) assert.match(headers.get("Retry-After") ?? "", /^[1-9]\d*$/);
}
