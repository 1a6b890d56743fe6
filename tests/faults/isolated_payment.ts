import assert from "node:assert/strict";
import { eventually } from "@headwater/testing";
import { shop } from "@shop/app";
import { root } from "../architecture/place.ts";

/** As `calls list --json` prints them. */
type Called = {
  readonly process: string;
  readonly target: string;
  readonly breaker: string;
  readonly isolation: { readonly reason: string | null } | null;
};

/** An operator of a split shop, with `deno task calls`. `place`: where its data are, and its gateway. */
export function callsOperator(place: { readonly directory: string; readonly url: string }) {
  async function calls(words: readonly string[], expected = 0): Promise<string> {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "calls", ...words],
      cwd: root,
      env: { DATA_DIR: place.directory, EVENTSTORE_URL: "", DATABASE_URL: "" },
    }).output();
    const decoder = new TextDecoder();
    const [said, complained] = [stdout, stderr].map((bytes) => decoder.decode(bytes));
    assert.equal(code, expected, `${said}${complained}`);
    return (code === 0 ? said : complained) ?? "";
  }
  async function isolations(): Promise<readonly Called[]> {
    const all: readonly Called[] = JSON.parse(await calls(["list", "--json"]));
    return all.filter(({ isolation }) => isolation !== null);
  }
  async function question(): Promise<{ status: number; code: string; limit?: string }> {
    const answer = await fetch(`${place.url}/api/payments/order/nobody`);
    return { status: answer.status, ...await answer.json() };
  }
  async function assertIsolated(): Promise<void> {
    const isolated = await isolations();
    assert.deepEqual(
      new Set(isolated.map(({ process }) => process)),
      new Set(["gateway", ...shop.services.map(({ name }) => name)]),
    );
    for (const { target, breaker, isolation } of isolated) {
      assert.deepEqual([target, breaker, isolation?.reason], [
        ...["payment", "isolated", "it charges twice"],
      ]);
    }
    const { status, code, limit } = await question();
    assert.deepEqual({ status, code, limit }, {
      status: 503,
      code: "circuit-open",
      limit: "breaker",
    });
  }
  return {
    /** All of its processes are kept from calling payment. */
    async isolates(): Promise<void> {
      assert.equal((await question()).status, 404);
      assert.deepEqual(await isolations(), []);
      const said = await calls(["isolate", "payment", "--reason=it charges twice"]);
      assert.equal(said, 'Nobody calls "payment" any more\n');
      await assertIsolated();
      const acts = await (await fetch(`${place.url}/ops/acts?engine=calls`)).json();
      assert.deepEqual(
        acts.items.map(({ act, subject, reason, outcome }: Record<string, string>) =>
          [act, subject, reason, outcome].join(", ")
        ),
        ["isolate, payment, it charges twice, done"],
      );
      assert.match(
        await calls(["isolate", "paymnt"], 2),
        /Cannot find target "paymnt": there are /,
      );
    },
    /** They still are, and then may call it again. */
    async releases(): Promise<void> {
      await assertIsolated();
      assert.equal(await calls(["release", "payment"]), '"payment" is called again\n');
      await eventually("an answer of payment", async () => (await question()).status === 404);
    },
  };
}
