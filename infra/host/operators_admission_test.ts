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
