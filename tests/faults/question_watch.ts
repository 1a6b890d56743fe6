import assert from "node:assert/strict";
import { time } from "@headwater/core";
import { within } from "@headwater/testing";
import type { Answer, ShopClient } from "@shop/judge";
import { assertProblem } from "../scenarios/problem_document.ts";

export type QuestionWatch = AsyncDisposable & {
  /** Codes of the problem documents with which the shop asked for patience, and `warn` where its health says so. */
  readonly refused: readonly string[];
  /** Stops asking; fails if one of the answers was none that may be given. */
  end(): Promise<void>;
};

/** In milliseconds: longer than any deadline of the shop, also on a busy machine. */
const longestAnswer = 15_000;

/**
 * Asks the same questions all the time, each in a line of its own. The answers may be what was asked for, that it is
 * not known, or a problem document that asks for patience; and they come soon.
 */
export function askAllTheTime(client: ShopClient, paths: readonly string[]): QuestionWatch {
  const refused: string[] = [];
  let isOver = false;

  async function ask(path: string): Promise<void> {
    while (!isOver) {
      const askedAt = performance.now();
      const answer = await client.query(path);
      const ms = performance.now() - askedAt;
      assert.ok(ms < longestAnswer, `"${path}" was answered after ${ms} ms`);
      check(path, answer);
      await time.pause(20);
    }
  }
  function check(path: string, answer: Answer): void {
    const { status, body } = answer;
    if (path.startsWith("/health/") && body.status === "warn") refused.push(`${path} warn`);
    if (status === 200 || status === 404) return;
    // A query may stay unanswered while connections break: only the deadline ends it
    assert.ok([503, 504].includes(status), `"${path}": ${status} ${JSON.stringify(body)}`);
    if (path.startsWith("/health/")) assert.equal(body.status, "fail");
    else assertProblem(answer, { status, code: body.code });
    refused.push(`${path} ${body.code}`);
  }

  const asking = Promise.allSettled(paths.map(ask));
  async function stop(): Promise<readonly unknown[]> {
    isOver = true;
    const results = await within("the last answers", asking);
    return results.flatMap((result) => result.status === "rejected" ? [result.reason] : []);
  }
  return {
    refused,
    async end() {
      const [failure] = await stop();
      if (failure !== undefined) throw failure;
    },
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
