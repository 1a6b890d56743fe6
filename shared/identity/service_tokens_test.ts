import assert from "node:assert/strict";
import { secretHeader } from "@headwater/http";
import { SignJWT, UnsecuredJWT } from "jose";
import { serviceTokens, withServiceToken } from "./service_tokens.ts";

const secret = "0123456789abcdef0123456789abcdef";
const [order, payment] = ["order", "payment"].map((service) =>
  withServiceToken(secret, { service })
) as [ReturnType<typeof withServiceToken>, ReturnType<typeof withServiceToken>];

function asking(text?: string, path = "/commands/PlaceOrder"): Request {
  const headers = { ...(text !== undefined && { [secretHeader]: text }) };
  return new Request(`http://order${path}`, { headers });
}

async function isAdmitted(admit: typeof order, request: Request): Promise<boolean> {
  try {
    await admit(request);
    return true;
  } catch (error) {
    assert.equal((error as { code?: string }).code, "secret-wrong");
    return false;
  }
}

Deno.test("a token opens the service that it is for, and the secret is not in it", async () => {
  const prove = serviceTokens(secret);
  const token = await prove("order");
  for (let times = 0; times < 3; times++) assert.ok(await isAdmitted(order, asking(token)));
  assert.ok(!await isAdmitted(payment, asking(token)));
  assert.ok(!token.includes(secret) && !atob(token.split(".")[1]!).includes(secret));
  assert.ok(await isAdmitted(payment, asking(await prove("payment"))));
});

Deno.test("a token that was taken is of no use a minute later, and another one is sent by then", async () => {
  let at = Date.now();
  const now = () => at;
  const admit = withServiceToken(secret, { service: "order", now });
  const prove = serviceTokens(secret, { now });
  const first = await prove("order");
  assert.ok(await isAdmitted(admit, asking(first)));
  at += 38_000;
  assert.equal(await prove("order"), first);
  at += 3_000;
  const second = await prove("order");
  assert.notEqual(second, first);
  // Clocks may differ by half a minute
  at += 45_000;
  assert.ok(await isAdmitted(admit, asking(first)));
  at += 5_000;
  assert.ok(!await isAdmitted(admit, asking(first)));
});

Deno.test("nothing else opens it but the secret, and probes need nothing", async () => {
  const claims = { aud: "order", exp: Math.floor(Date.now() / 1_000) + 60 };
  const other = new TextEncoder().encode("f".repeat(32));
  const key = new TextEncoder().encode(secret);
  const sign = (given: object, by = key, alg = "HS256") =>
    new SignJWT({ ...given }).setProtectedHeader({ alg }).sign(by);
  const refused = [
    undefined,
    "",
    "eyJ.a.b",
    new UnsecuredJWT(claims).encode(),
    await sign(claims, other),
    await sign({ aud: "order" }),
    await sign({ exp: claims.exp }),
    await sign(claims, new TextEncoder().encode(secret.repeat(2)), "HS512"),
  ];
  for (const text of refused) assert.ok(!await isAdmitted(order, asking(text)), `${text}`);
  assert.ok(await isAdmitted(order, asking(secret)));
  for (const path of ["/health/live", "/metrics"]) {
    assert.ok(await isAdmitted(order, asking(undefined, path)));
  }
});

Deno.test("those who ask at once get one token", async () => {
  const prove = serviceTokens(secret);
  const [one, other] = await Promise.all([prove("order"), prove("order")]);
  assert.equal(one, other);
  assert.equal(typeof prove("order"), "string");
});
