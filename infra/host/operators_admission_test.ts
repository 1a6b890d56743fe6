import assert from "node:assert/strict";
import { operatorsAdmission } from "./operators_admission.ts";

const secret = "a secret of thirty-two characters";

function isAdmitted(
  config: { readonly host: string; readonly serviceSecret?: string },
  headers: HeadersInit = {},
): boolean {
  const admit = operatorsAdmission({ serviceSecret: undefined, ...config });
  try {
    admit(new Request("http://gateway/ops/routes", { headers }));
    return true;
  } catch {
    return false;
  }
}

Deno.test("who is on this machine is an operator, where the gateway listens nowhere else", () => {
  for (const host of ["127.0.0.1", "localhost", "::1"]) assert.ok(isAdmitted({ host }));
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "gateway"]) assert.ok(!isAdmitted({ host }));
});

Deno.test("who knows the secret is an operator everywhere, where there is one", () => {
  const open = { host: "0.0.0.0", serviceSecret: secret };
  assert.ok(isAdmitted(open, { "X-Service-Secret": secret }));
  assert.ok(!isAdmitted(open, { "X-Service-Secret": "another" }));
  assert.ok(!isAdmitted({ host: "0.0.0.0" }, { "X-Service-Secret": "" }));
});

Deno.test("what a proxy on this machine passes on needs the secret", () => {
  const here = { host: "127.0.0.1", serviceSecret: secret };
  for (const name of ["Forwarded", "Via", "X-Forwarded-For"]) {
    assert.ok(!isAdmitted(here, { [name]: "x" }));
    assert.ok(isAdmitted(here, { [name]: "x", "X-Service-Secret": secret }));
  }
});

Deno.test("with an issuer of tokens this machine alone proves nothing; a role or the secret does", async () => {
  const identify = ({ headers }: Request) => {
    const role = headers.get("Authorization");
    return Promise.resolve(role === null ? undefined : { actor: "ada", roles: [role] });
  };
  const admit = operatorsAdmission({ host: "127.0.0.1", serviceSecret: secret }, { identify });
  const asked = async (headers: HeadersInit) =>
    await admit(new Request("http://gateway/ops/routes", { headers }));
  assert.equal((await asked({ Authorization: "operator" }))?.actor, "ada");
  assert.equal((await asked({ Authorization: "admin" }))?.actor, "ada");
  assert.equal(await asked({ "X-Service-Secret": secret }), undefined);
  await assert.rejects(asked({}), { code: "token-missing" });
  await assert.rejects(asked({ Authorization: "customer" }), { code: "role-missing" });
  await assert.rejects(asked({ Authorization: "operator", "X-Service-Secret": "another" }), {
    code: "secret-wrong",
  });
  const without = operatorsAdmission({ host: "127.0.0.1", serviceSecret: undefined }, { identify });
  const guess = new Request("http://gateway/", { headers: { "X-Service-Secret": "" } });
  await assert.rejects(async () => await without(guess), { code: "secret-wrong" });
});
